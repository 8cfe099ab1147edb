import AccessCore
import Foundation
import Testing

@testable import PolicyFile

@Suite("Windows, freezes and conditions")
struct TimeFormTests {
  private func policy(entitlement: String = "", top: String = "") throws -> Policy {
    try parsePolicy([
      PolicyDocument(name: "p.yaml", text: policyText(entitlement: entitlement, top: top))
    ])
  }

  private static let windows =
    "windows: { office: { days: [mon, fri], from: 09:00, to: 17:30, timezone: Europe/Berlin } }"

  @Test("a window is what it says, in its own zone or in that of the policy")
  func windows() throws {
    let policy = try policy(
      entitlement: "windows: [office, always]\n    end_with_window: true",
      top: """
        timezone: Asia/Tokyo
        windows:
          office: { days: [mon, fri], from: 09:00, to: 17:30, timezone: Europe/Berlin }
          always: [{ from: 00:00, to: 24:00 }, { days: [sun], from: 22:00, to: 04:00 }]
        """)
    let rule = try #require(policy.entitlements.values.first)
    #expect(rule.endsWithWindow)
    #expect(rule.windows.map(\.name.text) == ["office", "always"])
    let spans = rule.windows.flatMap(\.spans)
    #expect(spans.map(\.zone.name) == ["Europe/Berlin", "Asia/Tokyo", "Asia/Tokyo"])
    #expect(spans.map(\.days.count) == [2, 7, 1])
    #expect(spans.map { $0.from / 60_000 } == [540, 0, 1_320])
    #expect(spans.map { $0.to / 60_000 } == [1_050, 1_440, 240])
  }

  @Test(
    "a freeze has whole days, times of the zone's clocks, and instants",
    arguments: [
      ("2026-12-20, to: 2027-01-03", "2026-12-19T23:00:00.000Z", "2027-01-03T23:00:00.000Z"),
      (
        "2026-12-20 18:00, to: 2026-12-20 18:01", "2026-12-20T17:00:00.000Z",
        "2026-12-20T17:01:00.000Z"
      ),
      (
        "2026-12-20T18:00:00Z, to: 2026-12-21T00:00:00+05:30", "2026-12-20T18:00:00.000Z",
        "2026-12-20T18:30:00.000Z"
      ),
      ("2028-02-29, to: 2028-02-29", "2028-02-28T23:00:00.000Z", "2028-02-29T23:00:00.000Z"),
      // 02:30 is jumped over in March and comes twice in October: the freeze is the longer one.
      (
        "2026-03-29 02:30, to: 2026-03-29 03:30", "2026-03-29T01:00:00.000Z",
        "2026-03-29T01:30:00.000Z"
      ),
      (
        "2026-10-25 02:30, to: 2026-10-25 02:30", "2026-10-25T00:30:00.000Z",
        "2026-10-25T01:30:00.000Z"
      ),
    ])
  func freezes(_ span: String, _ from: String, _ to: String) throws {
    let policy = try policy(
      top: "timezone: Europe/Berlin\nfreezes: { f: { from: \(span), reason: why } }")
    let freeze = try #require(policy.freezes.values.first)
    let (begin, end) = (try #require(Timestamp(from)), try #require(Timestamp(to)))
    #expect(freeze.time == .between(begin, end))
    #expect(freeze.reason == "why" && freeze.databases == nil && !freeze.endsGrants)
  }

  @Test("conditions, thresholds and caps are what they say")
  func conditions() throws {
    let text = policyText(
      entitlement: """
        per_day: { grants: 3, duration: 4h }
            concurrent: 2
        """, top: Self.windows
    ).replacing(
      "review: [{ from: dba }]",
      with: """
        review:
                - { from: dba, deny_threshold: 2 }
                - from: dba
                  when:
                    - { environments: [production], longer_than: 30m, outside: [office] }
                    - { roles: [read], first_time: true, break_glass: false }
        """)
    let policy = try parsePolicy([PolicyDocument(name: "p.yaml", text: text)])
    let rule = try #require(policy.entitlements.values.first)
    #expect(rule.perDay == DailyCap(grants: 3, duration: TimeSpan("4h")))
    #expect(rule.concurrent == 2)
    let steps = rule.review.steps
    #expect(steps.map(\.denyThreshold) == [2, 1])
    #expect(steps[0].when.isEmpty)
    #expect(
      steps[1].when.map(\.words) == [
        "production, longer than 30m, outside office", "read, not break-glass, first time",
      ])
  }

  @Test(
    "the rules of a zone give the offset that the system knows",
    arguments: [
      "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
      "Pacific/Apia", "Asia/Pyongyang", "America/Caracas", "Africa/Casablanca", "America/Sao_Paulo",
      "Antarctica/Troll",
    ])
  func zones(name: String) throws {
    let zone = try #require(Zone(iana: name))
    let system = try #require(TimeZone(identifier: name))
    // Every fifth day and a bit, from 2000 to 2060.
    for seconds in stride(from: 946_684_800, to: 2_840_140_800, by: 5 * 86_400 + 4_567) {
      let date = Date(timeIntervalSince1970: Double(seconds))
      let time = Timestamp(milliseconds: Int64(seconds) * 1_000)
      #expect(zone.offset(at: time) == Int64(system.secondsFromGMT(for: date)) * 1_000, "\(time)")
    }
  }

  @Test("look-alikes are found as if each name were compared with each", arguments: 1...20)
  func lookAlikes(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let parts = ["us", "eu", "prod", "PROD", "prd", "orders", "order", "1", "12", "ab", "ba", "x"]
    var names: Set<DatabaseName> = []
    for _ in 0..<60 {
      let words = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
        parts.randomElement(using: &random)
      }
      let separator = ["_", "-", "."].randomElement(using: &random) ?? "_"
      names.insert(try #require(DatabaseName(words.joined(separator: separator))))
    }
    let found = nearlyTheSame(names)
    for a in names {
      let expected = names.filter { $0 != a && areAlike(a.text, $0.text) }
      #expect(found[a, default: []] == Set(expected), "\(a)")
    }
  }

  /// By the words of the rule, without any cleverness.
  private func areAlike(_ a: String, _ b: String) -> Bool {
    func letters(_ text: String) -> [Character] { text.lowercased().filter { !"._-".contains($0) } }
    func words(_ text: String) -> [Substring] { text.lowercased().split { "._-".contains($0) } }
    let (x, y) = (letters(a), letters(b))
    if x == y { return true }
    if min(x.count, y.count) > 2 {
      var edits: Set<[Character]> = []
      for index in 0...x.count {
        for letter in Set(y) {
          var longer = x
          longer.insert(letter, at: index)
          edits.insert(longer)
          if index < x.count {
            var other = x
            other[index] = letter
            edits.insert(other)
          }
        }
        if index < x.count {
          var shorter = x
          shorter.remove(at: index)
          edits.insert(shorter)
        }
        if index + 1 < x.count {
          var swapped = x
          swapped.swapAt(index, index + 1)
          edits.insert(swapped)
        }
      }
      if edits.contains(y) { return true }
    }
    let (v, w) = (words(a), words(b))
    let different = zip(v, w).filter { $0 != $1 }
    return v.count == w.count && v.count > 1 && different.count == 1
      && different.allSatisfy { $0.count <= 2 && $1.count <= 2 }
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
