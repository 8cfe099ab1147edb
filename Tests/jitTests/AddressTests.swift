import AccessAPI
import Testing

@testable import jit

@Suite("where the broker is")
struct AddressTests {
  @Test(
    "sockets, https, and http to this host are addresses",
    arguments: [
      ("unix:///run/jit/jitd.sock", .socket("/run/jit/jitd.sock")),
      ("unix://jit.sock", .socket("jit.sock")),
      ("https://jit.example.com", .origin("https://jit.example.com")),
      ("https://jit.example.com:8443/", .origin("https://jit.example.com:8443")),
      ("http://127.0.0.1:8080", .origin("http://127.0.0.1:8080")),
      ("http://localhost", .origin("http://localhost")),
      ("http://[::1]:80", .origin("http://[::1]:80")),
    ] as [(String, BrokerAddress)])
  func good(text: String, address: BrokerAddress) throws {
    #expect(try BrokerAddress(text, variable: "JIT_BROKER") == address)
  }

  @Test(
    "anything else is a usage error that names the variable",
    arguments: [
      "", "/run/jit/jitd.sock", "unix://", "unix:/run/x", "http://example.com",
      "http://127.0.0.1.example.com", "https://", "https://u:p@host", "https://host/path",
      "https://host?x", "https://host:0", "https://host:99999", "ftp://host", "https://a b",
      "unix://" + String(repeating: "x", count: 108),
    ])
  func bad(text: String) {
    let failure = #expect(throws: Failure.self) { try BrokerAddress(text, variable: "JIT_ADMIN") }
    #expect(failure?.exitCode == 64)
    #expect(failure?.message.hasPrefix("JIT_ADMIN is “") == true)
  }

  @Test("a socket's path is the host of a URL")
  func url() throws {
    #expect(
      BrokerAddress.socket("/run/a b").url(
        path: "/v1/x", query: [("since", "2026:1"), ("d", "a&b")])
        == "http+unix://%2Frun%2Fa%20b/v1/x?since=2026%3A1&d=a%26b")
    #expect(BrokerAddress.origin("https://h").url(path: "/v1/x", query: []) == "https://h/v1/x")
  }

  @Test("the environment says where the broker is and who asks")
  func environment() throws {
    let none = try BrokerConfiguration(.ordinary, environment: [:])
    #expect(none.address == .socket("/run/jit/jitd.sock"))
    #expect(none.token == nil)
    let some = ["JIT_BROKER": "https://h", "JIT_ADMIN": "unix:///a", "JIT_TOKEN": "t"]
    let ordinary = try BrokerConfiguration(.ordinary, environment: some)
    #expect(ordinary.address == .origin("https://h"))
    #expect(ordinary.token == "t")
    let admin = try BrokerConfiguration(.admin, environment: some)
    #expect(admin.address == .socket("/a"))
    #expect(admin.token == nil)
  }

  @Test("an unusable token stops everything", arguments: ["", "a b", "a\n", "é"])
  func badToken(token: String) {
    let failure = #expect(throws: Failure.self) {
      try BrokerConfiguration(.ordinary, environment: ["JIT_TOKEN": token])
    }
    #expect(failure?.exitCode == 64)
  }
}
