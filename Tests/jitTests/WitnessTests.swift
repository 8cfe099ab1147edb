import AccessTesting
import Foundation
import Testing
import TransparencyLog

@testable import jit

@Suite("the CLI as a witness")
struct WitnessTests {
  /// A ledger that grows, and what its broker would show.
  private struct Log {
    var signer: NoteSigner
    var leaves: [Hash] = []

    init(_ origin: String = "jit.example.com/test#1") throws {
      signer = NoteSigner(name: try KeyName(origin))
    }

    mutating func grow(_ count: Int, _ word: String = "entry") {
      for _ in 0..<count { leaves.append(.leaf(Array("\(word) \(leaves.count)".utf8))) }
    }

    func shown(from oldSize: Int = 0) throws -> ShownCheckpoint {
      var (tree, nodes): (Frontier, [[UInt64]: Hash]) = (Frontier(), [:])
      for leaf in leaves {
        for node in try tree.append(leaf) { nodes[[UInt64(node.level), node.index]] = node.hash }
      }
      let note = try Checkpoint(
        origin: signer.name.description, size: tree.size, root: tree.root
      ).signed(by: signer)
      let proof =
        oldSize > leaves.count
        ? nil
        : try MerkleTree.consistencyProof(from: UInt64(oldSize), to: tree.size) {
          try #require(nodes[[UInt64($0), $1]])
        }.base64
      return ShownCheckpoint(
        note: note.description, key: signer.verifierKey.description, proof: proof)
    }

    func record() throws -> WitnessRecord {
      try WitnessRecord(addresses: ["unix:///a"], key: signer.verifierKey, note: shown().note)
    }
  }

  private func judged(
    _ shown: ShownCheckpoint, seen: WitnessRecord?, at address: String = "unix:///a",
    sentSize: UInt64? = nil
  ) -> Judgement {
    judge(shown, at: address, seen: seen, sentSize: sentSize ?? seen?.checkpoint.size ?? 0)
  }

  private func expectAlarm(
    _ judgement: Judgement, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard case .alarm(let text) = judgement else {
      Issue.record("\(judgement)", sourceLocation: sourceLocation)
      return
    }
    #expect(text.contains(words), sourceLocation: sourceLocation)
  }

  @Test("what is seen first is kept, and what extends it is kept instead")
  func growth() throws {
    var log = try Log()
    log.grow(3)
    let first = try log.record()
    #expect(try judged(log.shown(), seen: nil) == .fits(first))
    #expect(try judged(log.shown(from: 3), seen: first) == .fits(first))
    log.grow(5)
    #expect(try judged(log.shown(from: 3), seen: first) == .fits(log.record()))
  }

  @Test("a ledger that is shorter, rewritten, or under another key is an alarm")
  func alarms() throws {
    var log = try Log()
    log.grow(8)
    let seen = try log.record()

    var shorter = log
    shorter.leaves.removeLast(2)
    expectAlarm(judged(try shorter.shown(from: 8), seen: seen), "was rolled back: it had 8")

    var fork = shorter
    fork.grow(2, "other")
    expectAlarm(judged(try fork.shown(from: 8), seen: seen), "was rewritten")
    fork.grow(4)
    expectAlarm(judged(try fork.shown(from: 8), seen: seen), "was rewritten")

    log.grow(1)
    var unproven = try log.shown(from: 8)
    unproven = ShownCheckpoint(note: unproven.note, key: unproven.key, proof: nil)
    expectAlarm(judged(unproven, seen: seen), "was rewritten")

    var other = try Log()
    other.leaves = log.leaves
    expectAlarm(judged(try other.shown(from: 8), seen: seen), "the key of the ledger")
    let mixed = ShownCheckpoint(
      note: try other.shown().note, key: try log.shown().key, proof: nil)
    expectAlarm(judged(mixed, seen: seen), "its key has not signed")

    var stranger = try Log("jit.example.com/elsewhere#1")
    stranger.grow(9)
    expectAlarm(judged(try stranger.shown(from: 8), seen: seen), "now jit.example.com/elsewhere")
  }

  @Test("a new epoch of the same key is told once and followed; an older one is a rollback")
  func epochs() throws {
    var log = try Log()
    log.grow(8)
    let seen = try log.record()
    var next = log
    next.signer = try NoteSigner(name: KeyName("jit.example.com/test#2"), seed: log.signer.seed)
    next.leaves.removeLast(4)
    guard case .newEpoch(let kept, let warning) = try judged(next.shown(from: 8), seen: seen) else {
      Issue.record("no new epoch")
      return
    }
    #expect(try kept == next.record())
    #expect(warning.contains("accepted a rollback: epoch 2"))
    #expect(try judged(next.shown(from: 4), seen: kept) == .fits(kept))
    expectAlarm(judged(try log.shown(from: 4), seen: kept), "was rolled back")
  }

  @Test("at an address that is new, a longer ledger is taken in with the next call")
  func otherAddress() throws {
    var log = try Log()
    log.grow(3)
    let seen = try log.record()
    log.grow(3)
    guard
      case .fits(let kept) = try judged(log.shown(), seen: seen, at: "unix:///b", sentSize: 0)
    else {
      Issue.record("an alarm")
      return
    }
    #expect(kept.checkpoint == seen.checkpoint)
    #expect(kept.addresses == ["unix:///a", "unix:///b"])
    #expect(
      try judged(log.shown(from: 3), seen: kept, at: "unix:///b").record?.checkpoint.size == 6)
  }

  @Test("the memory moves forward only, is the owner's alone, and forgets on demand")
  func memory() throws {
    let home = try TemporaryDirectory()
    let memory = try #require(WitnessMemory(environment: ["XDG_STATE_HOME": home.path]))
    var log = try Log()
    log.grow(3)
    let early = try log.record()
    log.grow(3)
    let late = try log.record()
    try memory.keep(late)
    try memory.keep(early)
    #expect(memory.records() == [late])
    let file = "\(home.path)/jit/jit.example.com%2Ftest.json"
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try memory.forget("jit.example.com/other") == [])
    #expect(try memory.forget(nil) == ["jit.example.com/test"])
    #expect(memory.records() == [])
  }

  @Test("a spoilt record is none", arguments: ["", "{}", "[]", "{\"addresses\":[]}"])
  func spoilt(_ text: String) {
    #expect(WitnessRecord(parsing: Array(text.utf8)) == nil)
  }

  @Test(
    "the place is what XDG says, or below the home, and absolute",
    arguments: [
      (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/jit"),
      (["XDG_STATE_HOME": "s", "HOME": "/h"], "/h/.local/state/jit"), ([:], nil),
    ] as [([String: String], String?)])
  func place(_ environment: [String: String], _ folder: String?) {
    #expect(WitnessMemory(environment: environment)?.folder == folder)
  }
}

extension Judgement {
  fileprivate var record: WitnessRecord? {
    guard case .fits(let record) = self else { return nil }
    return record
  }
}
