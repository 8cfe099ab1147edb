import AccessAPI
import AccessTesting
import Foundation
import Testing
import TransparencyLog

@testable import jit

@Suite("verifying the live ledger")
struct LiveLedgerTests {
  private let entries = (0..<5).map { "{\"actor\":\"alice\",\"seq\":\($0),\"v\":1}" }
  private let signer: NoteSigner

  init() throws { signer = NoteSigner(name: try KeyName("jit.example.com/test#1")) }

  /// A broker that hands out `sent` and signs what it ought to have handed out.
  private func verify(
    _ sent: [String], key: VerifierKey? = nil
  ) async throws -> UInt64 {
    var tree = Frontier()
    for entry in entries { try tree.appendLeaf(.leaf(entry.utf8)) }
    let note = try Checkpoint(
      origin: signer.name.description, size: tree.size, root: tree.root
    ).signed(by: signer)
    let view = CheckpointView(
      checkpoint: note.description, size: Int64(tree.size),
      verifierKey: signer.verifierKey.description)
    let stub = try StubBroker([
      .answer(status: 200, sent.map { $0 + "\n" }.joined()),
      .answer(status: 200, String(decoding: try JSONEncoder().encode(view), as: UTF8.self)),
      .answer(status: 200, "{\"path\":[]}"),
    ])
    return try await Broker.open(stub.configuration()) {
      try await verifyLedger(of: $0, key: key).checkpoint.size
    }
  }

  @Test("what was signed is proven")
  func sound() async throws {
    #expect(try await verify(entries) == 5)
    #expect(try await verify(entries, key: signer.verifierKey) == 5)
  }

  @Test("what was not signed is refused, and the entry named where its number shows it")
  func unsound() async throws {
    let cases: [([String], String)] = [
      (Array(entries.dropLast()), "are not those of the signed checkpoint"),
      (
        entries.map {
          $0.replacing("\"actor\":\"alice\",\"seq\":3", with: "\"actor\":\"bob\",\"seq\":3")
        },
        "are not those of the signed checkpoint"
      ),
      ([entries[0], entries[2]], "entry 1 is not there"),
      ([entries[0], "{}"], "entry 1 is not there"),
    ]
    for (sent, words) in cases {
      let failure = await #expect(throws: Failure.self) { try await verify(sent) }
      #expect(failure?.exitCode == 65)
      #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    }
  }

  @Test("a key from elsewhere is the one that counts")
  func otherKey() async throws {
    let other = NoteSigner(name: signer.name).verifierKey
    let failure = await #expect(throws: Failure.self) { try await verify(entries, key: other) }
    #expect(failure?.exitCode == 65)
  }
}
