import AccessAPI
import AccessCore
import Foundation
import Testing

@testable import jit

@Suite("talking to a broker")
struct BrokerTests {
  private func text(_ view: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(view), as: UTF8.self)
  }

  @Test("a write carries its key, the token and JSON")
  func write() async throws {
    let stub = try StubBroker([.answer(status: 200, try text(RequestView.sample()))])
    let reply: Reply<RequestView> = try await Broker.open(stub.configuration(token: "tok")) {
      try await $0.post(
        Path.request("7F3K2QXW", .revoke), NewRevocation(reason: "why"),
        key: IdempotencyKey(text: "k1"))
    }
    #expect(reply.view == .sample())
    let message = try #require(stub.messages.first)
    #expect(message.line == "POST /v1/requests/7F3K2QXW/revoke")
    #expect(message.fields["idempotency-key"] == "k1")
    #expect(message.fields["authorization"] == "Bearer tok")
    #expect(message.fields["content-type"] == "application/json")
    #expect(message.body == #"{"reason":"why"}"#)
  }

  @Test("a call whose reply was lost is sent once more with the same key")
  func lostReply() async throws {
    let stub = try StubBroker([.hangUp, .answer(status: 200, try text(RequestView.sample()))])
    let reply: Reply<RequestView> = try await Broker.open(stub.configuration()) {
      try await $0.post(Path.request("7F3K2QXW", .release))
    }
    #expect(reply.view.id == "7F3K2QXW")
    let keys = stub.messages.map { $0.fields["idempotency-key"] }
    #expect(keys.count == 2)
    #expect(keys[0] != nil && keys[0] == keys[1])
  }

  @Test("a reply that is lost twice is an unreachable broker")
  func lostTwice() async throws {
    let stub = try StubBroker([.hangUp, .hangUp])
    let failure = await #expect(throws: Failure.self) {
      try await Broker.open(stub.configuration()) {
        let _: Reply<WhoamiView> = try await $0.get(Path.whoami)
      }
    }
    #expect(failure?.exitCode == 69)
    #expect(stub.messages.count == 2)
  }

  @Test("a replay without a password is asked for with a new key")
  func replayedActivation() async throws {
    let stub = try StubBroker([
      .answer(status: 200, try text(CredentialsView.sample(password: nil))),
      .answer(status: 200, try text(CredentialsView.sample())),
    ])
    let password = try await Broker.open(stub.configuration()) {
      try await activate("7F3K2QXW", $0).password
    }
    #expect(password == "s3cret")
    let keys = stub.messages.map { $0.fields["idempotency-key"] }
    #expect(keys.count == 2 && keys[0] != keys[1])
  }

  @Test("a problem becomes an error with its code and hint")
  func problems() async throws {
    let problem = Problem(.ownRequest, "it is yours", hint: "ask dana")
    let stub = try StubBroker([.answer(status: 403, try text(problem))])
    let failure = await #expect(throws: Failure.self) {
      try await Broker.open(stub.configuration()) {
        let _: Reply<RequestView> = try await $0.get(Path.request("7F3K2QXW"))
      }
    }
    #expect(failure == Failure(.ownRequest, "it is yours", hint: "ask dana"))
  }

  @Test("what is not understood is an internal error", arguments: ["{}", "[", "\"x\""])
  func notUnderstood(body: String) async throws {
    let stub = try StubBroker([.answer(status: 200, body)])
    let failure = await #expect(throws: Failure.self) {
      try await Broker.open(stub.configuration()) {
        let _: Reply<WhoamiView> = try await $0.get(Path.whoami)
      }
    }
    #expect(failure?.exitCode == 70)
  }

  @Test("a broker that is not there is told for what the system says, with the variable to set")
  func unreachable() async throws {
    let configuration = try BrokerConfiguration(
      .ordinary, environment: ["JIT_BROKER": "unix:///tmp/jit-no-such.sock"])
    let failure = await #expect(throws: Failure.self) {
      try await Broker.open(configuration) {
        let _: Reply<WhoamiView> = try await $0.get(Path.whoami)
      }
    }
    #expect(failure?.exitCode == 69)
    // Not that a time was up: nobody waited for one.
    #expect(
      failure?.message
        == "the broker at unix:///tmp/jit-no-such.sock cannot be reached: No such file or directory"
    )
    #expect(failure?.hint?.contains("JIT_BROKER") == true)
  }

  @Test("an export that breaks off is an error, after what came")
  func brokenExport() async throws {
    let stub = try StubBroker([
      .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nline\n\r\n")
    ])
    var bytes: [UInt8] = []
    let failure = await #expect(throws: Failure.self) {
      try await Broker.open(stub.configuration()) { broker in
        try await broker.stream(Path.auditEntries) { piece, _ in bytes += piece }
      }
    }
    #expect(String(decoding: bytes, as: UTF8.self) == "line\n")
    #expect(failure?.exitCode == 69)
    #expect(failure?.hint == "what was printed is not complete; run it again")
  }

  @Test("waiting looks until somebody decides")
  func waiting() async throws {
    let stub = try StubBroker([
      .answer(status: 200, try text(RequestView.sample())),
      .answer(status: 200, try text(RequestView.sample(state: "denied"))),
    ])
    let first = try Reply<RequestView>(Array(try text(RequestView.sample()).utf8))
    let last = try await Broker.open(stub.configuration()) {
      try await decision(on: first, within: nil, $0)
    }
    #expect(last.view.state == "denied")
    #expect(
      stub.messages.map(\.line) == ["GET /v1/requests/7F3K2QXW", "GET /v1/requests/7F3K2QXW"])
  }

  @Test("waiting ends when the time is over, with what was seen last")
  func impatience() async throws {
    let pending = StubBroker.Turn.answer(status: 200, try text(RequestView.sample()))
    let stub = try StubBroker(Array(repeating: pending, count: 8))
    let first = try Reply<RequestView>(Array(try text(RequestView.sample()).utf8))
    let last = try await Broker.open(stub.configuration()) {
      try await decision(on: first, within: TimeSpan("1s"), $0)
    }
    #expect(last.view.state == "pending")
    #expect(last.view.asDecision(TimeSpan("1s"))?.message == "7F3K2QXW was not decided within 1s")
  }

  @Test("JSON output keeps what only a newer broker knows, and escapes what acts on a terminal")
  func json() throws {
    let body =
      #"{"principal":"a","method":"peer","groups":[],"authorities":[],"new":null,"x":"\#u{9B}"}"#
    let reply = try Reply<WhoamiView>(Array(body.utf8))
    #expect(
      try reply.json().inertText == """
        {
          "authorities": [],
          "groups": [],
          "method": "peer",
          "new": null,
          "principal": "a",
          "x": "\\u009b"
        }
        """)
  }
}
