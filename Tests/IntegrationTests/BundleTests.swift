import AccessAPI
import AccessTesting
import Foundation
import Testing
import TransparencyLog

@Suite("Bundles", .timeLimit(.minutes(10)))
struct BundleTests {
  /// What somebody did to a bundle, and what both verifiers say of it.
  struct Tampering: Sendable {
    let name: String
    /// In it, SIZE stands for the number of entries.
    let finding: String
    let apply: @Sendable (LiveBundle) throws -> Void

    init(
      _ name: String, _ finding: String, apply: @escaping @Sendable (LiveBundle) throws -> Void
    ) {
      self.name = name
      self.finding = finding
      self.apply = apply
    }

    /// One that changes the lines of a file.
    init(
      _ name: String, in file: String, _ finding: String,
      apply: @escaping @Sendable (inout [String]) -> Void
    ) {
      self.init(name, finding) { try $0.change(file) { apply(&$0) } }
    }
  }

  static let tamperings = [
    Tampering("one byte flipped", in: "entries.jsonl", "entry 3 is not what was logged") {
      $0[3] = $0[3].replacing("\"actor\":\"", with: "\"actor\":\"x", maxReplacements: 1)
      $0[3].remove(at: $0[3].index($0[3].startIndex, offsetBy: 11))
    },
    Tampering(
      "an entry deleted", in: "entries.jsonl",
      "entry 3 is not in its place: entry 4 stands there"
    ) { $0.remove(at: 3) },
    Tampering(
      "two swapped", in: "entries.jsonl",
      "entry 3 is not in its place: entry 5 stands there"
    ) { $0.swapAt(3, 5) },
    Tampering("one inserted", in: "entries.jsonl", "entry 3 is not what was logged") {
      $0.insert($0[3].replacing("\"nonce\":\"", with: "\"nonce\":\"0"), at: 3)
    },
    Tampering(
      "the tail cut", in: "entries.jsonl",
      "entry 4 is missing: the checkpoint is of SIZE entries"
    ) { $0.removeLast($0.count - 4) },
    Tampering(
      "the last duplicated", in: "entries.jsonl",
      "entry SIZE is one too many: the checkpoint is of SIZE entries"
    ) { $0.append($0[$0.count - 1]) },
    Tampering("a leaf changed", "leaves.bin has a wrong hash for entry 1") { bundle in
      var leaves = try bundle.bytes("leaves.bin")
      leaves[40] ^= 1
      try bundle.write(leaves, to: "leaves.bin")
    },
    Tampering(
      "an entry and its leaf changed", "entries.jsonl and leaves.bin agree, but are not"
    ) { bundle in
      try bundle.change("entries.jsonl") {
        $0[1] = $0[1].replacing("\"nonce\":\"", with: "\"nonce\":\"0")
      }
      var leaves = try bundle.bytes("leaves.bin")
      let leaf = Hash.leaf(Array(try bundle.lines("entries.jsonl")[1].utf8))
      leaves.replaceSubrange(32..<64, with: leaf.bytes)
      try bundle.write(leaves, to: "leaves.bin")
    },
    Tampering(
      "the checkpoint re-signed by another key",
      "the checkpoint is not signed by the key of jit.example.com/"
    ) { bundle in _ = try bundle.signAnew() },
    Tampering("a text changed", in: "openings.jsonl", "does not fit what was logged") {
      $0[0] = $0[0].replacing("unstick", with: "destroy")
    },
    Tampering(
      "a text taken out", in: "openings.jsonl",
      "manifest.json does not fit the rest in “openings”"
    ) { $0.removeLast() },
    Tampering("a text spoilt", in: "openings.jsonl", "line 1 of openings.jsonl is not") {
      $0[0].removeLast()
    },
    Tampering("the table changed", in: "grants.csv", "grants.csv is not the file") {
      $0[1] = $0[1].replacing("alice", with: "carol")
    },
    Tampering("a signature cut", "the checkpoint is not signed by the key of") {
      try $0.write($0.bytes("checkpoint").dropLast(2) + [0x0A], to: "checkpoint")
    },
    Tampering("a line that is no signature", "the checkpoint is not signed by the key of") {
      try $0.write($0.bytes("checkpoint") + Array("signed: me\n".utf8), to: "checkpoint")
    },
    Tampering("a key twice", in: "manifest.json", "manifest.json does not fit the rest in “v”") {
      $0.insert("\"size\": 1,", at: 1)
    },
    Tampering("a fraction", in: "openings.jsonl", "line 1 of openings.jsonl is not an opening") {
      $0[0] = $0[0].replacing(",\"salt\"", with: ".0,\"salt\"")
    },
    Tampering("a salt with capitals", in: "openings.jsonl", "line 1 of openings.jsonl is not") {
      let salt = $0[0].range(of: "\"salt\":\"").map { $0.upperBound }
      let start = salt ?? $0[0].startIndex
      $0[0].replaceSubrange(
        start..<$0[0].index(start, offsetBy: 32), with: String(repeating: "A", count: 32))
    },
    Tampering("a manifest deeper than anybody reads", "does not fit the rest in “v”") {
      try $0.write(String(repeating: "[", count: 100_000).utf8, to: "manifest.json")
    },
    Tampering("a folder in place of a file", "entries.jsonl cannot be read") {
      try $0.remove("entries.jsonl")
      try FileManager.default.createDirectory(
        atPath: "\($0.folder)/entries.jsonl", withIntermediateDirectories: false)
    },
    Tampering("a file taken out", "checkpoint is missing") { try $0.remove("checkpoint") },
  ]

  @Test("a bundle of a broker at work proves itself, and a spoilt one is refused by both verifiers")
  func tampering() async throws {
    try await withLiveBroker { broker in
      let bundle = try await broker.bundle("whole")
      let size = try bundle.lines("entries.jsonl").count
      try await broker.expectSound(bundle)
      for (number, tampering) in Self.tamperings.enumerated() {
        let spoilt = try bundle.copy(to: "\(broker.folder)/spoilt-\(number)")
        try tampering.apply(spoilt)
        let finding = tampering.finding.replacing("SIZE", with: "\(size)")
        try await broker.expectRefused(spoilt, saying: finding, "\(tampering.name)")
      }
    }
  }

  @Test("a filtered bundle withholds the rest, proves its place, and holds every withheld leaf")
  func filtered() async throws {
    try await withLiveBroker { broker in
      _ = try await broker.bundle("first")
      let bundle = try await broker.bundle("reviews", "--kind", "review.recorded")
      let lines = try bundle.lines("entries.jsonl")
      let withheld = lines.indices.filter { lines[$0].hasPrefix("{\"leaf\":\"") }
      #expect(withheld.count == lines.count - 2)
      #expect(try bundle.lines("openings.jsonl").count == 2)
      try await broker.expectSound(bundle)

      let spoilt = try bundle.copy(to: "\(broker.folder)/spoilt")
      try spoilt.change("entries.jsonl") { $0.swapAt(withheld[2], withheld[4]) }
      try await broker.expectRefused(
        spoilt,
        saying: "entry \(withheld[2]) is withheld, and its leaf is not what was logged", "leaf")
    }
  }

  @Test("whoever has the key from elsewhere is not taken in by a bundle that was signed anew")
  func otherKey() async throws {
    try await withLiveBroker { broker in
      let bundle = try await broker.bundle("whole")
      let key = try #require(try bundle.lines("verifier.txt").first)
      let forged = try bundle.copy(to: "\(broker.folder)/forged")
      try forged.write((forged.signAnew().description + "\n").utf8, to: "verifier.txt")
      // It is sound in itself: only the key tells.
      try await broker.expectSound(forged)
      let ours = try await broker.jit(as: "audrey", "audit", "verify", forged.folder, "--key", key)
      ours.expectRefused(65, saying: "the checkpoint is not signed by the key")
      #expect(try await forged.verifyByItself("--key", key).status == 65)
      try await broker.jit(as: "audrey", "audit", "verify", bundle.folder, "--key", key).succeeded()
      try await bundle.verifyByItself("--key", key).succeeded()
    }
  }

  @Test("a verify.py from elsewhere proves a bundle, and neither runs what the bundle brings along")
  func otherProgram() async throws {
    try await withLiveBroker { broker in
      let bundle = try await broker.bundle("whole")
      let other = try bundle.copy(to: "\(broker.folder)/other")
      try other.write("raise SystemExit(0)\n".utf8, to: "hashlib.py")
      try await broker.expectSound(other)
      let proven = try await bundle.verifyByItself(other.folder).succeeded()
      #expect(try await proven.text == bundle.verifyByItself().succeeded().text)

      try other.change("entries.jsonl") { $0.removeLast() }
      #expect(try await bundle.verifyByItself(other.folder).status == 65)
      try await bundle.verifyByItself().succeeded()
      #expect(try await bundle.verifyByItself("--key").status == 64)
      #expect(try await bundle.verifyByItself(bundle.folder, other.folder).status == 64)
    }
  }

  @Test("a bundle goes into a new directory or none, and only whoever may audit gets one")
  func refusedBundles() async throws {
    try await withLiveBroker { broker in
      let folder = "\(broker.folder)/there"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      try await broker.jit(as: "audrey", "audit", "export", "--bundle", folder)
        .expectRefused(73, saying: "is there already")
      try await broker.jit(as: "alice", "audit", "export", "--bundle", folder + "/a")
        .expectRefused(77, saying: "authority")
      try await broker.jit(as: "audrey", "audit", "export", "--bundle", folder + "/a/b")
        .expectRefused(70, saying: "No such file")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  @Test("entries that are written meanwhile are not in it, and none of before is left out")
  func whileWriting() async throws {
    try await withLiveBroker { broker in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { for _ in 0..<20 { _ = try await broker.ask() } }
        for round in 0..<3 {
          let bundle = LiveBundle("\(broker.folder)/round-\(round)")
          try await broker.jit(as: "audrey", "audit", "export", "--bundle", bundle.folder)
            .succeeded()
          try await broker.expectSound(bundle)
        }
        try await tasks.waitForAll()
      }
    }
  }
}

extension LiveBroker {
  /// A bundle of a history with a grant that has ended.
  fileprivate func bundle(_ name: String, _ filters: String...) async throws -> LiveBundle {
    let id = try await ask().id
    try await jit(as: "bob", "approve", id, "--comment", "=go|“ahead”\u{202E}\n").succeeded()
    try await credentials(id)
    try await jit(as: "alice", "release", id).succeeded()
    let bundle = LiveBundle("\(folder)/\(name)")
    try await jit(as: "audrey", ["audit", "export", "--bundle", bundle.folder] + filters)
      .succeeded()
    return bundle
  }

  fileprivate func expectSound(_ bundle: LiveBundle) async throws {
    let ours = try await jit(as: "audrey", "audit", "verify", bundle.folder).succeeded()
    let theirs = try await bundle.verifyByItself().succeeded()
    // Both name the key that they believed, and what they believed it of.
    #expect(ours.text == theirs.text)
  }

  fileprivate func expectRefused(
    _ bundle: LiveBundle, saying finding: String, _ comment: Comment
  ) async throws {
    let ours = try await jit(as: "audrey", "audit", "verify", bundle.folder)
    let theirs = try await bundle.verifyByItself()
    #expect(ours.status == 65 && theirs.status == 65, comment)
    #expect(ours.stderr.contains(finding), comment)
    #expect(
      ours.stderr.split(separator: "\n").first == theirs.stderr.split(separator: "\n").first,
      comment)
  }
}

extension LiveBundle {
  /// Signs the checkpoint with a key of the same name.
  fileprivate func signAnew() throws -> VerifierKey {
    let lines = try lines("checkpoint")
    let signer = NoteSigner(name: try KeyName(lines[0]))
    let checkpoint = try Checkpoint(parsing: lines[..<3].map { $0 + "\n" }.joined())
    try write(checkpoint.signed(by: signer).description.utf8, to: "checkpoint")
    return signer.verifierKey
  }
}
