import AccessCore
import AccessTesting
import GRDB
import Testing
import TransparencyLog

@testable import Ledger

@Suite("The tree")
struct TreeTests {
  @Test("at every size, stored bytes, stored nodes and signed checkpoint fit together")
  func everySize() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let key = await ledger.verifierKey
    for size in 1...34 {
      let bodies = try home.bodies()
      let checkpoint = try home.checkpoint(key)
      #expect(checkpoint.size == UInt64(size) && bodies.count == size)
      #expect(checkpoint.root == merkleTreeHash(bodies[...]))
      #expect(try storedRoot(home, UInt64(size)) == checkpoint.root)
      try await ledger.append(Sample.exported(Int64(size)))
    }
  }

  @Test("the root of any earlier size can be had from the stored nodes")
  func earlierSizes() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for size in 1..<40 { try await ledger.append(Sample.exported(Int64(size))) }
    let bodies = try home.bodies()
    for size in 1...40 {
      #expect(try storedRoot(home, UInt64(size)) == merkleTreeHash(bodies[..<size]))
    }
  }

  private func storedRoot(_ home: Home, _ size: UInt64) throws -> Hash {
    try home.read { db in
      try MerkleTree.root(size: size) { level, index in try Store.node(db, level, index) }
    }
  }

  @Test("the checkpoint names the epoch, and no other key has signed it")
  func otherKey() async throws {
    let (home, other) = (try Home(), try Home())
    let (ledger, stranger) = (try await home.open(), try await other.open())
    #expect(try home.checkpoint(await ledger.verifierKey).origin == Home.origin + "#1")
    let key = await stranger.verifierKey
    #expect(throws: NoteError.self) { try home.checkpoint(key) }
  }

  @Test("the tree goes on where it was after a restart, under the same key")
  func restart() async throws {
    let home = try Home()
    var keys: Set<String> = []
    for round in 0..<5 {
      let ledger = try await home.open()
      keys.insert(await ledger.verifierKey)
      for _ in 0...round { try await ledger.append(Sample.exported(0)) }
      try await expectSound(home, ledger)
    }
    #expect(keys.count == 1)
  }

  @Test("a ledger of another origin is refused")
  func otherOrigin() async throws {
    let home = try Home()
    _ = try await home.open()
    let error = await #expect(throws: StoreError.self) {
      try await Ledger(
        in: home.directory, origin: "jit.example.com/other", clock: home.clock.wall)
    }
    #expect(error?.description.contains("jit.example.com/other") == true)
  }
}
