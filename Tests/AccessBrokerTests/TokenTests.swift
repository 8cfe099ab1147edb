import AccessCore
import AccessTesting
import Ledger
import Testing

@testable import AccessBroker

@Suite("Tokens")
struct TokenTests {
  @Test("a token speaks for the one it was made for, and says so in what it does")
  func speaks() async throws {
    let test = try await TestBroker()
    let (token, secret) = try await test.broker.issueToken(
      for: "alice", lifetime: span("1d"), by: root)
    let caller = try #require(await test.broker.caller(presenting: secret.reveal()))
    #expect(caller == Caller(principal: name("alice"), proof: .token(token.id)))
    #expect(await test.broker.caller(presenting: secret.reveal() + "x") == nil)
    #expect(await test.broker.caller(presenting: token.id.text) == nil)
    #expect(await test.broker.caller(presenting: "") == nil)
  }

  @Test("what is kept is a hash")
  func hashOnly() async throws {
    let test = try await TestBroker()
    let (token, secret) = try await test.broker.issueToken(
      for: "alice", lifetime: span("1d"), by: root)
    #expect(token.hash == stableDigest(Array(secret.reveal().utf8)))
    let bytes = try await test.ledger.exportPage(Selection(size: .max), from: 0, as: .jsonl)?.bytes
    let text = String(decoding: try #require(bytes), as: UTF8.self)
    #expect(text.contains(token.hash.description))
    #expect(!text.contains(secret.reveal().dropFirst(4)))
    #expect("\(secret)" == "(secret)")
  }

  @Test("it ends with its time")
  func expires() async throws {
    let test = try await TestBroker()
    let secret = try await test.broker.issueToken(for: "alice", lifetime: span("1h"), by: root)
      .secret
    test.clock.advance(byMs: 3_599_999)
    #expect(await test.broker.caller(presenting: secret.reveal()) != nil)
    test.clock.advance(byMs: 1)
    #expect(await test.broker.caller(presenting: secret.reveal()) == nil)
  }

  @Test("one that is over is not listed, and takes no place from another")
  func listed() async throws {
    let test = try await TestBroker()
    let over = try await test.broker.issueToken(for: "alice", lifetime: span("1h"), by: root).token
    test.clock.advance(byMs: 3_600_000)
    let bob = try await test.broker.issueToken(for: "bob", lifetime: span("1d"), by: root).token
    #expect(try await test.broker.tokens(for: root) == [bob])

    var state = State()
    func issue(at now: Timestamp) throws(Refusal) -> [Event] {
      let context = Context(
        policy: Policy(), issuing: .open, now: now, boot: test.clock.boot(), sha256: stableDigest)
      let id = TokenID(bits: UInt64(state.nextSeq))
      let command = Command.issueToken(
        id, user: "alice", hash: stableDigest([]), lifetime: span("1h"))
      return try decide(command, by: root, state, context)
    }
    while state.tokens.count < Limits.tokensMax {
      for event in try issue(at: over.issuedAt) {
        state.apply(
          Entry(
            seq: state.nextSeq, at: over.issuedAt, author: .system, nonce: [], event: event))
      }
    }
    let refusal = #expect(throws: Refusal.self) { try issue(at: over.issuedAt) }
    #expect(refusal?.code == .tooMany)
    #expect(try issue(at: over.expiresAt).count == 1)
  }

  @Test("it ends with its revocation, and stays ended after a restart")
  func revoked() async throws {
    let test = try await TestBroker()
    let (token, secret) = try await test.broker.issueToken(
      for: "alice", lifetime: span("1d"), by: root)
    let kept = try await test.broker.issueToken(for: "bob", lifetime: span("1d"), by: root).secret
    #expect(try await test.broker.revokeToken(token.id.text.lowercased(), by: root).id == token.id)
    #expect(await test.broker.caller(presenting: secret.reveal()) == nil)
    let next = try await test.afterCrash()
    #expect(await next.broker.caller(presenting: secret.reveal()) == nil)
    #expect(await next.broker.caller(presenting: kept.reveal())?.principal == name("bob"))
    await expectRefusal(.unknownToken) {
      try await next.broker.revokeToken(token.id.text, by: root)
    }
  }

  @Test("only the admin socket makes, lists and revokes them")
  func adminOnly() async throws {
    let test = try await TestBroker()
    let (token, secret) = try await test.broker.issueToken(
      for: "olga", lifetime: span("1d"), by: root)
    let byToken = try #require(await test.broker.caller(presenting: secret.reveal()))
    for caller in [person("olga"), person("root"), byToken] {
      await expectRefusal(.notAuthorised) {
        try await test.broker.issueToken(for: "alice", lifetime: span("1d"), by: caller)
      }
      await expectRefusal(.notAuthorised) { try await test.broker.tokens(for: caller) }
      await expectRefusal(.notAuthorised) {
        try await test.broker.revokeToken(token.id.text, by: caller)
      }
    }
    #expect(try await test.broker.tokens(for: root).map(\.id) == [token.id])
  }

  @Test(
    "it is for a person that there can be, and not for ever",
    arguments: [
      ("Alice", "1d"), ("", "1d"), ("alice\u{202E}", "1d"), ("alice", "367d"),
    ])
  func bounds(_ user: String, _ lifetime: String) async throws {
    let test = try await TestBroker()
    await expectRefusal(.usage) {
      try await test.broker.issueToken(for: user, lifetime: span(lifetime), by: root)
    }
  }
}
