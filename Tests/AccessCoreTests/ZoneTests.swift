import Testing

@testable import AccessCore

/// Berlin in 2026 and 2027, as the IANA database has it.
let berlin = Zone(
  name: "Europe/Berlin", firstOffset: 3_600_000,
  changes: [
    ("2026-03-29T01:00:00Z", 2), ("2026-10-25T01:00:00Z", 1),
    ("2027-03-28T01:00:00Z", 2), ("2027-10-31T01:00:00Z", 1),
  ].map { .init(at: time($0.0), offset: $0.1 * 3_600_000) })

func time(_ text: String) -> Timestamp {
  guard let time = Timestamp(text) else { preconditionFailure("\(text) is not a time") }
  return time
}

@Suite("Clocks and windows")
struct ZoneTests {
  /// `HH:MM`, in milliseconds since midnight.
  private func clock(_ text: String) -> Int64 {
    let parts = text.split(separator: ":").compactMap { Int64($0) }
    return (parts[0] * 60 + parts[1]) * 60_000
  }

  private func window(
    _ from: String, _ to: String, on days: Set<Weekday> = Set(Weekday.allCases),
    in zone: Zone = berlin
  ) -> Window {
    Window(
      name: World.name("w"),
      spans: [.init(zone: zone, days: days, from: clock(from), to: clock(to))])
  }

  private static let weekdays: Set<Weekday> = [.mon, .tue, .wed, .thu, .fri]

  @Test("every day of 800 years has its date and weekday")
  func calendar() {
    var weekday = 3  // 1970-01-01 was a Thursday.
    for days in Int64(0)..<292_194 {
      let date = CivilDate(daysSince1970: days)
      #expect(date.daysSince1970 == days)
      #expect(Weekday(daysSince1970: days) == Weekday.allCases[weekday])
      weekday = (weekday + 1) % 7
    }
    #expect(CivilDate(year: 2028, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 2026, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2100, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2026, month: 13, day: 1) == nil)
  }

  @Test(
    "a window is open when the clocks there show it",
    arguments: [
      // Friday 2026-02-27, in winter: 09:00 is 08:00Z.
      ("2026-02-27T07:59:59.999Z", false), ("2026-02-27T08:00:00Z", true),
      ("2026-02-27T15:59:59.999Z", true), ("2026-02-27T16:00:00Z", false),
      // Saturday.
      ("2026-02-28T10:00:00Z", false),
      // Monday 2026-03-30, the first working day of summer time: 09:00 is 07:00Z.
      ("2026-03-30T06:59:59.999Z", false), ("2026-03-30T07:00:00Z", true),
      // Tuesday 29 February 2028 is a day like any other.
      ("2028-02-29T10:00:00Z", true),
    ])
  func officeHours(_ now: String, _ open: Bool) {
    #expect(window("09:00", "17:00", on: Self.weekdays).contains(time(now)) == open)
  }

  @Test(
    "a window over midnight belongs to the day on which it begins",
    arguments: [
      // Saturday 2026-02-28 22:00 to Sunday 04:00, in Berlin.
      ("2026-02-28T20:59:59Z", false), ("2026-02-28T21:00:00Z", true),
      ("2026-03-01T02:59:59Z", true), ("2026-03-01T03:00:00Z", false),
      // Sunday night is not Saturday night, and Friday night is not either.
      ("2026-03-01T22:00:00Z", false), ("2026-02-27T22:00:00Z", false),
      ("2026-02-28T02:00:00Z", false),
      // The night in which an hour is skipped, and the one in which it comes twice.
      ("2026-03-29T01:30:00Z", true), ("2026-03-29T02:00:00Z", false),
      ("2026-10-25T01:30:00Z", true), ("2026-10-25T02:59:59Z", true),
      ("2026-10-25T03:00:00Z", false),
    ])
  func night(_ now: String, _ open: Bool) {
    #expect(window("22:00", "04:00", on: [.sat]).contains(time(now)) == open)
  }

  @Test(
    "it is known when a window next opens or closes",
    arguments: [
      ("2026-02-27T07:00:00Z", "2026-02-27T08:00:00.000Z"),
      ("2026-02-27T12:00:00Z", "2026-02-27T16:00:00.000Z"),
      // Over the weekend in which the clocks are set forward.
      ("2026-03-27T18:00:00Z", "2026-03-30T07:00:00.000Z"),
    ])
  func edges(_ now: String, _ next: String) {
    let windows = [window("09:00", "17:00", on: Self.weekdays)]
    #expect(windows.nextEdge(after: time(now))?.description == next)
  }

  @Test("what the clocks jump over opens when they have jumped, and what comes twice opens twice")
  func jumps() {
    let windows = [window("02:30", "04:00")]
    #expect(windows.nextEdge(after: time("2026-03-28T23:00:00Z")) == time("2026-03-29T01:00:00Z"))
    let twice = [window("02:00", "02:30")]
    var edges: [String] = []
    var now = time("2026-10-24T22:00:00Z")
    for _ in 0..<4 {
      guard let next = twice.nextEdge(after: now) else { break }
      edges.append(next.description)
      now = next
    }
    #expect(
      edges == [
        "2026-10-25T00:00:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-25T01:00:00.000Z",
        "2026-10-25T01:30:00.000Z",
      ])
  }

  @Test("windows that touch are one, and one that is always open never changes")
  func together() {
    let day = window("00:00", "12:00")
    let rest = window("12:00", "24:00")
    #expect([day, rest].nextEdge(after: time("2026-02-27T07:00:00Z")) == nil)
    #expect([window("00:00", "24:00")].contain(time("2026-02-27T23:00:00Z")))
    #expect([day].nextEdge(after: time("2026-02-27T07:00:00Z")) == time("2026-02-27T11:00:00Z"))
  }

  @Test("the next edge is the first minute at which it is different", arguments: 1...60)
  func edgesAreExact(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let windows = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      var (from, to) = (0, 0)
      while from == to {
        from = Int.random(in: 0..<48, using: &random)
        to = Int.random(in: 1...48, using: &random)
      }
      let days = Set(Weekday.allCases.filter { _ in Bool.random(using: &random) })
      let zone = Bool.random(using: &random) ? berlin : .utc
      let span = Window.Span(
        zone: zone, days: days, from: Int64(from) * 1_800_000, to: Int64(to) * 1_800_000)
      return Window(name: World.name("w"), spans: [span])
    }
    let changes = ["2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z", "2028-02-27T00:00:00Z"]
    let start = time(changes.randomElement(using: &random) ?? changes[0])
    let isOpen = windows.contain(start)
    let minute: Int64 = 60_000
    let naive = (1...8 * 1_440).lazy.map {
      Timestamp(milliseconds: start.milliseconds + $0 * minute)
    }
    .first { windows.contain($0) != isOpen }
    #expect(windows.nextEdge(after: start) == naive)
  }

  @Test("a day begins at midnight of its zone, also when clocks are set")
  func midnight() {
    let policy = Policy(zone: berlin)
    for (now, began) in [
      ("2026-03-01T22:59:59Z", "2026-02-28T23:00:00.000Z"),
      ("2026-03-01T23:00:00Z", "2026-03-01T23:00:00.000Z"),
      ("2026-03-29T12:00:00Z", "2026-03-28T23:00:00.000Z"),
      ("2026-10-25T22:59:59Z", "2026-10-24T22:00:00.000Z"),
      ("2028-02-29T12:00:00Z", "2028-02-28T23:00:00.000Z"),
    ] {
      #expect(policy.midnight(of: time(now)).description == began)
    }
  }
}
