import Testing

@testable import jit

@Suite("words for times and numbers")
struct WordsTests {
  @Test(
    "a length of time is cut to its two largest units",
    arguments: [
      (0, "0s"), (-5_000, "0s"), (999, "0s"), (1_000, "1s"), (59_999, "59s"), (60_000, "1m"),
      (1_770_000, "29m30s"), (3_600_000, "1h"), (3_601_000, "1h"), (7_500_000, "2h5m"),
      (86_400_000, "1d"), (97_259_000, "1d3h"), (8_640_000_000, "100d"),
    ] as [(Int64, String)])
  func spans(milliseconds: Int64, words: String) {
    #expect(span(milliseconds: milliseconds) == words)
  }

  @Test(
    "a moment says how far away it is",
    arguments: [
      ("2026-03-01T10:29:30.000Z", "2026-03-01T10:29:30.000Z (in 29m30s)", "29m30s left"),
      ("2026-03-01T07:55:00.000Z", "2026-03-01T07:55:00.000Z (2h5m ago)", "over"),
      ("soon\u{1B}", "soon\\u{1b}", "soon\\u{1b}"),
    ])
  func moments(time: String, words: String, left: String) {
    #expect(moment(time, now: now) == words)
    #expect(timeLeft(until: time, now: now) == left)
  }

  @Test("lists and counts read as English")
  func lists() {
    #expect(
      [[], ["a"], ["a", "b"], ["a", "b", "c"]].map { list($0) } == [
        "", "a", "a and b", "a, b and c",
      ])
    #expect(list(["a", "b"], "or") == "a or b")
    #expect([0, 1, 2].map { count($0, "session") } == ["0 sessions", "1 session", "2 sessions"])
  }
}
