import Testing

@testable import SSHSignature

@Suite("Allowed signers")
struct AllowedSignersTests {
  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUeWrLQ5Ck5m4ChlcZc0LbPXvOVDK9d9M3OQ8PvRjG6"

  private static let lines: [(line: String, principal: String, isAllowed: Bool)] = [
    ("olga \(key)", "olga", true),
    ("olga \(key) olga@laptop", "olga", true),
    ("olga \(key)", "dana", false),
    ("\t  dana,olga   \(key)", "olga", true),
    ("\"olga,dana\" \(key)", "dana", true),
    ("*@example.com \(key)", "olga@example.com", true),
    ("*@example.com \(key)", "olga@example.org", false),
    ("o?ga \(key)", "olga", true),
    ("o?ga \(key)", "oga", false),
    ("*,!olga \(key)", "olga", false),
    ("*,!olga \(key)", "dana", true),
    ("!olga \(key)", "dana", false),
    ("olga namespaces=\"jit-review\" \(key)", "olga", true),
    ("olga namespaces=\"git,jit-*\" \(key)", "olga", true),
    ("olga namespaces=\"git,file\" \(key)", "olga", false),
    ("olga valid-after=\"20260301Z\",valid-before=\"20260302Z\" \(key)", "olga", true),
    ("olga valid-after=\"20260301094000Z\" \(key)", "olga", true),
    ("olga valid-after=\"202603010941Z\" \(key)", "olga", false),
    ("olga valid-before=\"20260301094000Z\" \(key)", "olga", false),
    ("# olga \(key)", "olga", false),
    ("", "olga", false),
    ("olga \(key.dropLast())", "olga", false),
    ("olga ssh-rsa AAAAB3NzaC1yc2E", "olga", false),
  ]

  @Test("each line allows what OpenSSH says", arguments: lines)
  func allowed(_ line: String, _ principal: String, _ isAllowed: Bool) throws {
    let signers = try AllowedSigners(parsing: "# whose keys\n\n\(line)\n")
    #expect(
      signers.allow(
        principal, key: Self.key, namespace: "jit-review", at: "2026-03-01T09:40:00.000Z")
        == isAllowed)
  }

  @Test(
    "what is not understood is an error that names its line",
    arguments: [
      "olga", "olga \"\(key)", "olga cert-authority \(key)", "olga touch-required \(key)",
      "olga valid-after=\"20260301\" \(key)", "olga valid-after=\"yesterdayZ\" \(key)",
      "olga namespaces=\"a\",namespaces=\"b\" \(key)", "olga ssh-ed25519", "\(key)",
    ])
  func errors(_ line: String) {
    #expect { try AllowedSigners(parsing: "\n\(line)\n") } throws: {
      ($0 as? AllowedSignersError)?.line == 2
    }
  }
}
