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
    #expect(try await ledger.texts(of: [reason.commitment]) == [reason.commitment: reason.text])
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
    try home.change("DELETE FROM openings")
    #expect(try await ledger.texts(of: [reason.commitment]).isEmpty)
    try await expectSound(home, ledger)
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
