import AccessAPI
import AccessCore
import PolicyFile
import Testing

@testable import AccessServer

@Suite("--start")
struct StartTimesTests {
  /// What `text` means in Berlin at the time `now`.
  private func read(
    _ text: String?, at now: String, zone: String = "Europe/Berlin"
  ) throws -> String? {
    let now = try #require(Timestamp(now))
    let policy = Policy(zone: try #require(Zone(iana: zone)))
    return try StartTimes(now: { now }).read(text, policy)?.description
  }

  @Test("no start means at once")
  func none() throws {
    #expect(try read(nil, at: "2026-03-01T09:30:00Z") == nil)
  }

  @Test(
    "RFC 3339 is the instant that it says, whatever the zone",
    arguments: [
      ("2026-03-01T18:00:00Z", "2026-03-01T18:00:00.000Z"),
      ("2026-03-01T18:00:00+05:30", "2026-03-01T12:30:00.000Z"),
      ("2026-03-01T18:00:00.25-08:00", "2026-03-02T02:00:00.250Z"),
    ])
  func instant(_ text: String, _ meant: String) throws {
    #expect(try read(text, at: "2026-03-01T09:30:00Z") == meant)
  }

  @Test(
    "HH:MM is the next time that clocks in the policy's zone show it",
    arguments: [
      // Winter, summer, and tomorrow when it has been already.
      ("2026-03-01T09:30:00Z", "18:00", "2026-03-01T17:00:00.000Z"),
      ("2026-07-01T09:30:00Z", "18:00", "2026-07-01T16:00:00.000Z"),
      ("2026-03-01T17:00:00Z", "18:00", "2026-03-02T17:00:00.000Z"),
      ("2026-03-01T16:59:59.999Z", "18:00", "2026-03-01T17:00:00.000Z"),
      ("2026-03-01T09:30:00Z", "00:00", "2026-03-01T23:00:00.000Z"),
      ("2026-12-31T23:30:00Z", "00:15", "2027-01-01T23:15:00.000Z"),
      ("2028-02-28T20:00:00Z", "07:05", "2028-02-29T06:05:00.000Z"),
      // On 29 March 2026 clocks go from 02:00 to 03:00, so 02:30 is never shown: what comes after
      // the gap is the next best.
      ("2026-03-28T23:30:00Z", "02:30", "2026-03-29T01:00:00.000Z"),
      ("2026-03-28T23:30:00Z", "03:30", "2026-03-29T01:30:00.000Z"),
      // On 25 October 2026 clocks go from 03:00 back to 02:00: 02:30 is shown at 00:30 and at 01:30.
      ("2026-10-24T22:30:00Z", "02:30", "2026-10-25T00:30:00.000Z"),
      ("2026-10-25T00:45:00Z", "02:30", "2026-10-25T01:30:00.000Z"),
      ("2026-10-25T00:45:00Z", "03:30", "2026-10-25T02:30:00.000Z"),
    ])
  func clockTime(_ now: String, _ text: String, _ meant: String) throws {
    #expect(try read(text, at: now) == meant)
  }

  @Test("another zone, another instant")
  func zones() throws {
    let now = "2026-03-01T09:30:00Z"
    #expect(try read("18:00", at: now, zone: "UTC") == "2026-03-01T18:00:00.000Z")
    #expect(try read("18:00", at: now, zone: "Asia/Kathmandu") == "2026-03-01T12:15:00.000Z")
    #expect(try read("18:00", at: now, zone: "America/New_York") == "2026-03-01T23:00:00.000Z")
  }

  @Test(
    "anything else is a usage error",
    arguments: [
      "", " ", "18", "18:0", "8:00", "24:00", "18:60", "-1:00", "+1:00", "18:00:00", "18:00 ",
      "1８:00", "١٨:٠٠", "½½:00", "tomorrow", "2026-03-01", "2026-03-01 18:00:00Z",
      "2026-02-29T00:00:00Z", "2026-03-01T18:00:00", "\u{1B}[2J",
    ])
  func garbage(_ text: String) throws {
    let problem = #expect(throws: Problem.self) {
      try read(text, at: "2026-03-01T09:30:00Z")
    }
    #expect(problem?.code == .usage)
    #expect(problem?.title.unicodeScalars.allSatisfy { !$0.actsOnReader } == true)
    #expect(problem?.hint?.contains("Europe/Berlin") == true)
  }

  @Test("a start in the past, or too far ahead, is refused; one ahead is in the request")
  func submitted() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      func answer(_ start: String) async throws -> Reply {
        try await alice.post("/v1/requests", ask(start: start))
      }
      #expect(try await answer("2026-03-01T09:30:00Z").verdict == "400 usage")
      #expect(try await answer("2026-06-30T00:00:00Z").verdict == "400 usage")
      #expect(
        try await answer("18:00").json()["start"] == .string("2026-03-01T17:00:00.000Z"))
    }
  }
}
