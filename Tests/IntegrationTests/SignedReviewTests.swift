import AccessAPI
import AccessCore
import AccessTesting
import Foundation
import Testing

@Suite("Signed reviews", .timeLimit(.minutes(10)))
struct SignedReviewTests {
  @Test("bob signs with the stock ssh-keygen, and an auditor proves it with a file of his own")
  func signedAndProven() async throws {
    try await withLiveBroker { broker in
      let keygen = try StockSSHKeygen()
      let (bob, carol) = (try keygen.makeKey("bob"), try keygen.makeKey("carol"))
      try await requireSignatures(
        broker, of: ["bob": keygen.publicKey(of: bob), "carol": keygen.publicKey(of: carol)])
      let id = try await broker.ask().id

      try await broker.jit(as: "bob", "approve", id).expectRefused(77, saying: "signed")
      try await broker.jit(as: "bob", "approve", id, "--sign-with", carol)
        .expectRefusedAfterShowing(77, saying: "not one of bob")
      let approved = try await broker.jit(
        as: "bob", "approve", id, "--for", "20m", "--sign-with", bob
      ).succeeded()
      // What is signed was shown before.
      for shown in ["INC-42 unstick orders", "signing as bob", broker.origin] {
        #expect(approved.stderr.contains(shown))
      }
      let review = try #require(try await broker.show(id).reviews.first)
      #expect(review.signed && review.tokenIssuedBy == "root")

      // The stock program accepts what stands in the exported entry.
      let entry = try #require(try await broker.entries().last { $0.kind == .reviewRecorded })
      let signature = try #require(entry.data["signature"])
      let message = Array(try #require(signature["message"]?.text).utf8)
      let armored = try #require(signature["armored"]?.text)
      let allowed = "bob \(try keygen.publicKey(of: bob))\n"
      #expect(
        try keygen.verifies(armored, of: message, by: "bob", allowedSigners: allowed))
      #expect(
        try !keygen.verifies(
          armored, of: message + [0x20], by: "bob", allowedSigners: allowed))

      // What was written goes; what was signed stays provable.
      try await broker.jit(as: "alice", "cancel", id).succeeded()
      try await broker.jitAdmin("erase", id, "--yes").succeeded()
      let folder = "\(broker.folder)/bundle"
      try await broker.jit(as: "audrey", "audit", "export", "--bundle", folder).succeeded()
      try await expect(broker, folder, allowed, says: "1 signed reviews")
      let strangers = "bob \(try keygen.publicKey(of: carol))\n"
      let refused = try await verify(broker, folder, strangers)
      refused.expectRefused(65, saying: "the allowed signers do not have for bob")
    }
  }

  @Test("a signature of another namespace, or of what was not asked, is refused")
  func refused() async throws {
    try await withLiveBroker { broker in
      let keygen = try StockSSHKeygen()
      let bob = try keygen.makeKey("bob")
      try await requireSignatures(broker, of: ["bob": keygen.publicKey(of: bob)])
      let id = try await broker.ask().id
      let message = try await statement(of: id, by: "bob", broker).message
      let other = String(decoding: message, as: UTF8.self)
        .replacing("\"duration\":\"30m\"", with: "\"duration\":\"29m\"")
      let signatures = [
        try keygen.sign(message, with: bob, namespace: "file"),
        try keygen.sign(Array(other.utf8), with: bob),
        try keygen.sign(message + [0x0A], with: bob),
        try keygen.sign(message, with: try keygen.makeKey("rsa", type: "rsa")),
        "no signature at all",
      ]
      for signature in signatures {
        #expect(try await post(signature, id, broker).status == 403)
      }
      let good = try keygen.sign(message, with: bob)
      let later = try await broker.ask().id
      #expect(try await post(good, later, broker).status == 403)
      #expect(try await post(good, id, broker).status == 200)
      #expect(try await broker.show(id).state == "approved")
    }
  }

  /// Bob's approval, and anybody's but the requester's, has to be signed.
  private func requireSignatures(
    _ broker: LiveBroker, of keys: [String: String]
  ) async throws {
    let signers = keys.map { "  \($0.key): [\"\($0.value)\"]\n" }.sorted().joined()
    let policy = broker.policy.replacing("count: 1 }", with: "count: 1, signature: required }")
    #expect(policy != broker.policy)
    try broker.write(policy: policy + "\nsigners:\n\(signers)")
    try await broker.jit(as: "dana", "policy", "reload").succeeded()
  }

  private func statement(
    of id: String, by reviewer: String, _ broker: LiveBroker
  ) async throws -> ReviewStatement {
    let submitted = try #require(
      try await broker.entries().first { $0.request == id && $0.kind == .requestSubmitted })
    let ask = try JSONDecoder().decode(
      Ask.self, from: Data(try #require(submitted.data["ask"]).canonical))
    return ReviewStatement(
      origin: "\(broker.origin)#1", request: try #require(RequestID(id)), ask: ask,
      reviewer: try #require(Principal(reviewer)), verdict: .approve, shortened: nil)
  }

  private func post(
    _ signature: String, _ id: String, _ broker: LiveBroker
  ) async throws -> LiveAnswer {
    let review = NewReview(
      verdict: "approve", duration: nil, comment: nil, signature: signature)
    return try await broker.post(
      "/v1/requests/\(id)/reviews", as: "bob", key: UUID().uuidString,
      Array(try JSONEncoder().encode(review)))
  }

  private func verify(
    _ broker: LiveBroker, _ folder: String, _ allowed: String
  ) async throws -> LiveRun {
    let file = "\(broker.folder)/allowed-\(UUID().uuidString)"
    try Data(allowed.utf8).write(to: URL(filePath: file))
    return try await broker.jit(
      as: "audrey", "audit", "verify", folder, "--allowed-signers", file)
  }

  private func expect(
    _ broker: LiveBroker, _ folder: String, _ allowed: String, says words: String
  ) async throws {
    let run = try await verify(broker, folder, allowed).succeeded()
    #expect(run.text.contains(words))
  }
}

extension LiveRun {
  /// A refusal of the broker that comes after something was shown on stderr.
  func expectRefusedAfterShowing(_ status: Int32, saying words: String) {
    #expect(self.status == status, Comment(rawValue: description))
    #expect(stdout.isEmpty && stderr.contains("error: ") && stderr.contains(words))
  }
}
