import AccessCore
import Foundation
import GRDB
import Testing

@testable import Ledger

@Suite("What people write")
struct OpeningTests {
  private let reason = WrittenText(
    "INC-42 \u{1B}[31mred\u{202E} \"quoted\"", salt: Array(repeating: 7, count: 16),
    sha256: Sample.sha256)

  private func append(_ written: WrittenText, to ledger: Ledger) async throws {
    _ = try await ledger.append(
      Proposal(by: Sample.person("alice"), written: [written]) { _, _ in
        .success([Sample.submitted(Sample.id("AAAAAAA1"))])
      }
    ).get()
  }

  @Test("is kept beside the entries as it came, and is in none of them")
  func kept() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await append(reason, to: ledger)
    #expect(try await ledger.texts(of: [reason.commitment]) == [reason.commitment: reason])
    for body in try home.bodies() {
      #expect(!String(decoding: body, as: UTF8.self).contains("INC-42"))
    }
    let salt = try home.read { db in try Data.fetchOne(db, sql: "SELECT salt FROM openings") }
    #expect(salt.map { Array($0) } == reason.salt)
  }

  @Test("is missing once it was erased, and history stays whole")
  func erased() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await append(reason, to: ledger)
    let id = Sample.id("AAAAAAA1") as RequestID
    #expect(try await ledger.openings(of: id) == [reason.commitment])
    let file = try Data(contentsOf: URL(filePath: home.path + "/ledger.sqlite-wal"))
    let words = Data("INC-42".utf8)
    try #require(file.contains(words), "else there is nothing to forget")
    var erasure = Proposal(by: .caller(Sample.admin)) { [reason] _, _ in
      .success([.openingErased(id, OpeningErased(commitments: [reason.commitment]))])
    }
    erasure.erased = [reason.commitment]
    _ = try await ledger.append(erasure).get()
    try await ledger.forgetErasedPages()
    #expect(try await ledger.openings(of: id).isEmpty)
    #expect(try await ledger.texts(of: [reason.commitment]).isEmpty)
    for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
      let file = try Data(contentsOf: URL(filePath: home.path + "/" + name))
      #expect(!file.contains(words), "\(name)")
    }
    try await expectSound(home, ledger)
  }

  @Test("is not erased when the entry is refused")
  func notErased() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await append(reason, to: ledger)
    var erasure = Proposal(by: .caller(Sample.admin)) { _, _ in .failure(Refusal(.usage, "no")) }
    erasure.erased = [reason.commitment]
    _ = await ledger.append(erasure)
    #expect(try await ledger.texts(of: [reason.commitment]).count == 1)
  }

  @Test("the same words twice are two commitments")
  func salted() {
    let again = WrittenText(
      reason.text, salt: Array(repeating: 8, count: 16), sha256: Sample.sha256)
    #expect(again.commitment != reason.commitment)
  }

  @Test("is not kept when what it belongs to was refused")
  func refused() async throws {
    let home = try Home()
    let ledger = try await home.open()
    _ = await ledger.append(
      Proposal(by: Sample.person("alice"), written: [reason]) { _, _ in
        .failure(Refusal(.notEntitled, "no"))
      })
    #expect(try home.count("openings") == 0)
  }
}
