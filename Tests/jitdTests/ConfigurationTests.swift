import Testing

@testable import jitd

@Suite("jitd.yaml")
struct ConfigurationTests {
  private func read(_ text: String) throws -> Configuration {
    try withTemporaryDirectory { try Configuration(readingFile: $0.file("jitd.yaml", text)) }
  }

  /// Why the text is refused; `FILE` stands for the path.
  private func refusal(of text: String) throws -> StartError {
    try withTemporaryDirectory { directory in
      let path = try directory.file("jitd.yaml", text)
      let error = try #require(throws: StartError.self) { try Configuration(readingFile: path) }
      return StartError(
        message: error.message.replacing(path, with: "FILE"), hint: error.hint,
        exitCode: error.exitCode)
    }
  }

  static let least = """
    origin: jit.example.com/prod
    state: /var/lib/jit
    policies: /etc/jit/policies

    """

  @Test("every setting is read")
  func whole() throws {
    let configuration = try read(
      Self.least + """
        credentials: /etc/jit/credentials
        notify: [/usr/local/bin/jit-notify, --quiet]
        publish: /srv/jit/checkpoint
        heartbeat: 30m
        listen:
          unix: { path: /tmp/jitd.sock, mode: "0660" }
          admin: { path: /tmp/admin.sock, mode: "0600" }
        """)
    #expect(configuration.origin == "jit.example.com/prod")
    #expect(configuration.state == "/var/lib/jit")
    #expect(configuration.policies == "/etc/jit/policies")
    #expect(configuration.credentials == "/etc/jit/credentials")
    #expect(configuration.notify == ["/usr/local/bin/jit-notify", "--quiet"])
    #expect(configuration.publish == "/srv/jit/checkpoint")
    #expect(configuration.heartbeatMs == 1_800_000)
    #expect(configuration.unix.path == "/tmp/jitd.sock")
    #expect(configuration.unix.mode == 0o660)
    #expect(configuration.admin.path == "/tmp/admin.sock")
    #expect(configuration.admin.mode == 0o600)
  }

  @Test("what may be left out has the defaults of DESIGN §5")
  func defaults() throws {
    let configuration = try read(Self.least)
    #expect(configuration.credentials == nil)
    #expect(configuration.notify == [])
    #expect(configuration.publish == nil)
    #expect(configuration.heartbeatMs == 3_600_000)
    #expect(configuration.unix.path == "/run/jit/jitd.sock")
    #expect(configuration.unix.mode == 0o666)
    #expect(configuration.admin.path == "/run/jit/admin.sock")
    #expect(configuration.admin.mode == 0o600)
  }

  @Test("an octal mode is read with quotes and without", arguments: ["0666", "\"0666\"", "'666'"])
  func mode(_ mode: String) throws {
    let configuration = try read(Self.least + "listen: { unix: { mode: \(mode) } }\n")
    #expect(configuration.unix.mode == 0o666)
  }

  @Test(
    "an unknown key is an error that names its place and what was meant",
    arguments: [
      ("polices: x\n", "FILE:4:1: unknown key `polices`", "did you mean policies?"),
      ("Notify: []\n", "FILE:4:1: unknown key `Notify`", "did you mean notify?"),
      ("listen: { unx: {} }\n", "FILE:4:11: unknown key `unx`", "did you mean unix?"),
      (
        "listen:\n  admin:\n    pth: /x\n", "FILE:6:5: unknown key `pth`",
        "did you mean path?"
      ),
      ("something: 1\n", "FILE:4:1: unknown key `something`", nil),
      ("\"\\e[2J\": 1\n", "FILE:4:1: unknown key `\\u{1b}[2J`", nil),
    ])
  func unknownKey(_ line: String, _ message: String, _ hint: String?) throws {
    let error = try refusal(of: Self.least + line)
    #expect(error.message == message)
    #expect(error.hint == hint)
    #expect(error.exitCode == 78)
  }

  @Test("what must be there is missed by name", arguments: ["origin", "state", "policies"])
  func missing(_ key: String) throws {
    let lines = Self.least.split(separator: "\n").filter { !$0.hasPrefix("\(key):") }
    let error = try refusal(of: lines.joined(separator: "\n"))
    #expect(error.message == "FILE: `\(key)` is missing")
    #expect(error.exitCode == 78)
  }

  @Test(
    "a value of the wrong kind is an error",
    arguments: [
      "credentials: [x]", "credentials: ''", "credentials: {}", "notify: /bin/true",
      "notify: [[x]]", "notify: { a: b }", "listen: x", "listen: { unix: /run/jit.sock }",
      "listen: { unix: { mode: rw } }", "listen: { unix: { mode: \"0999\" } }",
      "listen: { unix: { mode: \"7777\" } }", "listen: { unix: { mode: -1 } }",
      "listen: { unix: { mode: 0o666 } }", "listen: { admin: { path: [x] } }",
      "listen: { unix: { path: /" + String(repeating: "x", count: 107) + " } }",
    ])
  func wrongKind(_ line: String) throws {
    let error = try refusal(of: Self.least + line + "\n")
    #expect(error.message.hasPrefix("FILE"))
    #expect(error.exitCode == 78)
  }

  @Test(
    "a checkpoint is published outside of the state, however that is written",
    arguments: [
      ("/var/lib/jit", "/var/lib/jit/checkpoint", false),
      ("/var/lib/jit/", "/var/lib/jit/c", false),
      ("/var/lib/jit", "/srv/../var/lib//jit/./c", false), ("/var/lib/jit", "/var/lib/jit", false),
      ("/var/lib/jit", "/var/lib/jit-checkpoint", true),
      ("/var/lib/jit", "/var/lib/jit/../c", true),
    ])
  func publish(_ state: String, _ path: String, _ isOutside: Bool) throws {
    let text = Self.least.replacing("/var/lib/jit", with: state) + "publish: \(path)\n"
    if isOutside {
      #expect(try read(text).publish == path)
    } else {
      #expect(try refusal(of: text).message == "FILE: `publish` is inside of `state`")
    }
  }

  @Test(
    "what is not one mapping is an error",
    arguments: ["", "text", "- a", "a: [", "\t", "%", "origin: a\norigin: b\n", "a: *b"])
  func notSettings(_ text: String) throws {
    #expect(try refusal(of: text).exitCode == 78)
  }

  @Test("a file that is not there is an error that says how to name one")
  func noFile() throws {
    let error = try #require(throws: StartError.self) {
      try Configuration(readingFile: "/nowhere/jitd.yaml")
    }
    #expect(error.message == "/nowhere/jitd.yaml cannot be read")
    #expect(error.hint == "jitd --config /etc/jit/jitd.yaml")
    #expect(error.exitCode == 78)
  }

  @Test(
    "an origin can be the name of a key (C2SP signed-note)",
    arguments: [
      ("jit.example.com/prod", true), ("a", true), (String(repeating: "a", count: 200), true),
      (String(repeating: "a", count: 201), false), ("a b", false), ("a+b", false),
      ("a#1", false), ("a\\tb", false), ("ä", false), ("a\\u2028b", false),
    ])
  func origins(_ origin: String, _ isGood: Bool) throws {
    let text = "origin: \"\(origin)\"\nstate: /s\npolicies: /p\n"
    if isGood {
      #expect(try read(text).origin == origin)
    } else {
      let error = try refusal(of: text)
      #expect(error.message.hasSuffix("is not an origin"))
      #expect(error.exitCode == 78)
    }
  }
}
