import Foundation
import Testing
import TransparencyLog

/// Compares with reference.py, which is written from the RFC alone and in another language.
@Suite("An independent implementation")
struct ReferenceTests {
  static let largest = 130

  @Test("every root and proof of the trees of 0 to 130 leaves is the same, and verifies")
  func agreement() throws {
    let reference = try referenceLines()
    let ours = try ourLines()
    #expect(ours.count == reference.count)
    let difference = zip(ours, reference).first { $0 != $1 }
    #expect(difference == nil)
  }

  private func referenceLines() throws -> [String] {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "reference.py")
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", script.path(percentEncoded: false), String(Self.largest)]
    let output = Pipe()
    python.standardOutput = output
    try python.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    python.waitUntilExit()
    try #require(python.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func ourLines() throws -> [String] {
    let tree = try StoredTree(size: Self.largest)
    var lines: [String] = []
    func add(_ words: any CustomStringConvertible..., hashes: [Hash]) {
      lines.append((words.map(\.description) + hashes.map(\.hex)).joined(separator: " "))
    }
    for size in 0...Self.largest {
      let root = try MerkleTree.root(size: UInt64(size), reading: tree.subtree)
      add("root", size, hashes: [root])
      for leaf in 0..<size {
        let proof = try tree.inclusionProof(leaf: leaf, size: size)
        try proof.verify(leafHash: tree.leaves[leaf], root: root)
        add("inclusion", leaf, size, hashes: proof.path)
      }
      for old in 0...size {
        let proof = try tree.consistencyProof(from: old, to: size)
        try proof.verify(oldRoot: tree.roots[old], newRoot: root)
        add("consistency", old, size, hashes: proof.path)
      }
    }
    return lines
  }
}
