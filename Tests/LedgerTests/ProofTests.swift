import AccessCore
import AccessTesting
import Foundation
import Testing
import TransparencyLog

@testable import Ledger

@Suite("Proofs from stored hashes")
struct ProofTests {
  @Test("every entry is proven to be in every tree that has it, and every tree in every later one")
  func everySize() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for size in 1..<20 { try await ledger.append(Sample.exported(Int64(size))) }
    let bodies = try home.bodies()
    for size in 1...20 {
      let root = merkleTreeHash(bodies[..<size])
      for index in 0..<size {
        let path = try #require(
          try await ledger.inclusionProof(of: Int64(index), in: Int64(size)))
        try InclusionProof(leaf: UInt64(index), size: UInt64(size), base64: path)
          .verify(leafHash: .leaf(bodies[index]), root: root)
      }
      for old in 0...size {
        let path = try #require(
          try await ledger.consistencyProof(from: Int64(old), to: Int64(size)))
        try ConsistencyProof(from: UInt64(old), to: UInt64(size), base64: path)
          .verify(oldRoot: merkleTreeHash(bodies[..<old]), newRoot: root)
      }
    }
  }

  @Test("there is no proof of what is not there")
  func none() async throws {
    let home = try Home()
    let ledger = try await home.open()
    #expect(try await ledger.inclusionProof(of: 1, in: 1) == nil)
    #expect(try await ledger.inclusionProof(of: 0, in: 2) == nil)
    #expect(try await ledger.inclusionProof(of: -1, in: 1) == nil)
    #expect(try await ledger.consistencyProof(from: 1, to: 2) == nil)
    #expect(try await ledger.consistencyProof(from: 1, to: 0) == nil)
    #expect(try await ledger.checkpoint(since: 2).proof == nil)
    #expect(try await ledger.checkpoint(since: 1).proof == [])
    #expect(try await ledger.checkpoint().size == 1)
    #expect(try await ledger.body(of: 0) == home.bodies()[0])
    #expect(try await ledger.body(of: 1) == nil)
  }

  @Test("a bundle has a line for each entry, its leaf where it is withheld, and the openings shown")
  func bundle() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.append((1..<1_100).map { Sample.exported($0) })
    try await ledger.append(Sample.submitted(Sample.id("AAAAAAA1")))
    let bodies = try home.bodies()
    let selection = Selection(size: Int64(bodies.count), kind: .requestSubmitted)
    var (lines, next): ([BundleLine], Int64) = ([], 0)
    while let page = try await ledger.bundlePage(selection, from: next) {
      lines += page.lines
      next = page.next
    }
    #expect(next == selection.size)
    let expected = bodies.dropLast().map { Array("{\"leaf\":\"\(Hash.leaf($0))\"}".utf8) }
    let entries = lines.filter { $0.file == .entries }.map(\.text)
    #expect(entries == expected + [try #require(bodies.last)])
  }
}
