import Testing

@testable import AccessCore

@Suite("Values")
struct ValueTests {
  @Test(
    "a time is written with three digits of fraction, and read back",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00.000Z"), (1_767_225_600_123, "2026-01-01T00:00:00.123Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
  func timestamps(_ milliseconds: Int64, _ text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
    #expect(Timestamp(text)?.milliseconds == milliseconds)
  }

  @Test(
    "RFC 3339 is read with offsets and fractions",
    arguments: [
      ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z"),
      ("2026-03-01T11:30:00.5+02:00", "2026-03-01T09:30:00.500Z"),
      ("2026-03-01t09:30:00.123456789z", "2026-03-01T09:30:00.123Z"),
      ("2026-02-28T23:30:00-01:00", "2026-03-01T00:30:00.000Z"),
    ])
  func offsets(_ text: String, _ utc: String) {
    #expect(Timestamp(text)?.description == utc)
  }

  @Test(
    "what is not a time is not read",
    arguments: [
      "", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01",
      "2026-03-01T09:30:00", "2026-03-01T09:30:00Zx", "2026-03-01T09:30:00.Z",
      "٢٠٢٦-03-01T09:30:00Z",
      "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
    ])
  func badTimestamps(_ text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test(
    "durations",
    arguments: [
      ("90s", 90), ("30m", 1_800), ("1h30m", 5_400), ("2h", 7_200), ("1d", 86_400),
      ("1d2h3m4s", 93_784),
    ])
  func durations(_ text: String, _ seconds: Int64) {
    #expect(TimeSpan(text)?.seconds == seconds)
    #expect(TimeSpan(text)?.description == text)
  }

  @Test(
    "what is not a duration",
    arguments: [
      "", "0", "0s", "-5m", "5", "m", "30m1h", "1h1h", "1.5h", "1 h", "30M", "1234567890s", "٣m",
      "5m\n",
    ])
  func badDurations(_ text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test(
    "names are a few ASCII characters and nothing else",
    arguments: [
      "", "Alice", "al ice", "ali\u{0}ce", "аlice", "a\nb", "x\"; DROP ROLE bob;--",
      String(repeating: "a", count: 65), "é",
    ])
  func badPrincipals(_ text: String) {
    #expect(Principal(text) == nil)
  }

  @Test("an id is read in any case and as Crockford reads it")
  func ids() {
    #expect(RequestID("7f3k2qxw")?.text == "7F3K2QXW")
    #expect(RequestID("oil00000")?.text == "01100000")
    #expect(RequestID("UUUUUUUU") == nil)
    #expect(RequestID("7F3K2QX") == nil)
    #expect(RequestID(bits: 0).text == "00000000")
    #expect(RequestID(bits: .max).text == "ZZZZZZZZ")
  }

  @Test(
    "text that could act on a reader is escaped",
    arguments: [
      ("plain ünïcode 漢字 🙂", "plain ünïcode 漢字 🙂"), ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
      ("a\u{202e}b", "a\\u{202e}b"), ("a\nb\tc\\", "a\\nb\\tc\\\\"), ("a\u{200b}b", "a\\u{200b}b"),
      ("\u{feff}a\u{2028}", "\\u{feff}a\\u{2028}"), ("a\u{7f}\u{9b}b\0", "a\\u{7f}\\u{9b}b\\u{0}"),
    ])
  func inert(_ text: String, _ shown: String) {
    #expect(text.inert == shown)
  }

  @Test(
    "near misses are offered, best first",
    arguments: [
      ("orders-prod", ["orders_PROD"]), ("order_PROD", ["orders_PROD"]),
      ("odrers_prod", ["orders_PROD"]),
      ("users_STAGING", ["users_STAGING"]), ("payroll", []),
    ])
  func nearestNames(_ word: String, _ expected: [String]) {
    #expect(nearest(to: word, among: ["orders_PROD", "users_STAGING"]) == expected)
  }
}
