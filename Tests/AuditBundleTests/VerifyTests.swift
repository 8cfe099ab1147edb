import AccessCore
import AccessTesting
import Crypto
import Foundation
import Testing
import TransparencyLog

@testable import AuditBundle

/// A bundle of six entries, one of them withheld, two of them with a reason.
private struct Sample {
  let directory: TemporaryDirectory
  var folder: String { directory.path }
  let signer: NoteSigner

  init() throws {
    directory = try TemporaryDirectory()
    signer = NoteSigner(name: try KeyName("jit.example.com/test#1"))
    let salt = [UInt8](repeating: 7, count: 16)
    let reason = Array(SHA256.hash(data: salt + Array("INC-1".utf8))).hex
    let bodies = (0..<6).map { index in
      let data = index == 2 || index == 4 ? "{\"reason\":\"\(reason)\"}" : "{}"
      return "{\"actor\":\"alice\",\"data\":\(data),\"seq\":\(index),\"v\":1}"
    }
    var tree = Frontier()
    for body in bodies { try tree.appendLeaf(.leaf(body.utf8)) }
    let leaves = bodies.map { Hash.leaf($0.utf8) }
    let shown = bodies.indices.map { $0 == 3 ? "{\"leaf\":\"\(leaves[3])\"}" : bodies[$0] }
    let openings = [2, 4].map {
      "{\"field\":\"reason\",\"index\":\($0),\"salt\":\"\(salt.hex)\",\"text\":\"INC-1\"}\n"
    }
    let manifest = Manifest(
      origin: signer.name.description, size: 6, withheld: 1, openings: 2,
      grants: try #require(Digest(bytes: Array(SHA256.hash(data: Array("a\r\n".utf8))))),
      filters: [:], exportedAt: Timestamp(milliseconds: 0))
    let checkpoint = try Checkpoint(
      origin: signer.name.description, size: 6, root: tree.root)
    try write(shown.map { $0 + "\n" }.joined().utf8, .entries)
    try write(leaves.flatMap(\.bytes), .leaves)
    try write(openings.joined().utf8, .openings)
    try write(checkpoint.signed(by: signer).description.utf8, .checkpoint)
    try write("\(signer.verifierKey)\n".utf8, .verifier)
    try write(manifest.json.canonical, .manifest)
    try write("a\r\n".utf8, .grants)
    try write(verifierProgram, .program)
  }

  func write(_ bytes: some Sequence<UInt8>, _ file: BundleFile) throws {
    try Data(bytes).write(to: URL(filePath: "\(folder)/\(file.rawValue)"))
  }

  func bytes(_ file: BundleFile) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(folder)/\(file.rawValue)")))
  }
}

@Suite("bundles")
struct VerifyTests {
  @Test("a sound bundle is proven")
  func sound() throws {
    let sample = try Sample()
    let proven = try verifyBundle(in: sample.folder)
    #expect(proven.checkpoint.size == 6 && proven.manifest.withheld == 1)
    #expect(proven.key == sample.signer.verifierKey)
  }

  @Test(
    "no byte of what is proven can be changed",
    arguments: [
      BundleFile.entries, .leaves, .openings, .checkpoint, .verifier, .grants,
    ])
  func everyByte(_ file: BundleFile) throws {
    let sample = try Sample()
    let good = try sample.bytes(file)
    for index in good.indices {
      var bad = good
      bad[index] ^= 1
      try sample.write(bad, file)
      #expect(throws: BundleFinding.self, "byte \(index)") { try verifyBundle(in: sample.folder) }
    }
  }

  @Test("a file that ends early is refused, wherever", arguments: [BundleFile.entries, .leaves])
  func everyLength(_ file: BundleFile) throws {
    let sample = try Sample()
    let good = try sample.bytes(file)
    // Without the last newline all of it is there still.
    for count in good.indices.dropLast(file == .entries ? 1 : 0) {
      try sample.write(good.prefix(count), file)
      #expect(throws: BundleFinding.self, "\(count) bytes") { try verifyBundle(in: sample.folder) }
    }
  }

  @Test("each file has to be there", arguments: BundleFile.allCases)
  func missing(_ file: BundleFile) throws {
    let sample = try Sample()
    try FileManager.default.removeItem(atPath: "\(sample.folder)/\(file.rawValue)")
    #expect(throws: BundleFinding.missing(file)) { try verifyBundle(in: sample.folder) }
  }

  @Test("a field that holds no commitment opens nothing")
  func otherField() throws {
    let sample = try Sample()
    let text = String(decoding: try sample.bytes(.openings), as: UTF8.self)
    for field in ["nonce", "ticket", "Reason"] {
      try sample.write(text.replacing("reason", with: field).utf8, .openings)
      #expect(throws: BundleFinding.self) { try verifyBundle(in: sample.folder) }
    }
  }

  @Test("openings that are not in the order of the entries are refused")
  func openingOrder() throws {
    let sample = try Sample()
    let lines = try sample.bytes(.openings).split(separator: 0x0A).reversed()
    try sample.write(lines.flatMap { $0 + [0x0A] }, .openings)
    #expect(throws: BundleFinding.openingWrong(2)) { try verifyBundle(in: sample.folder) }
  }

  @Test(
    "the number of an entry is read from its end",
    arguments: [
      ("{\"seq\":17,\"v\":1}", 17), ("{\"seq\":0,\"v\":1}", 0), ("{\"seq\":,\"v\":1}", nil),
      ("{\"seq\":17,\"v\":2}", nil), ("{\"xeq\":17,\"v\":1}", nil), ("", nil),
      ("99999999999999999999999,\"v\":1}", nil),
    ] as [(String, UInt64?)])
  func number(_ line: String, _ number: UInt64?) {
    #expect(entryNumber(Array(line.utf8)[...]) == number)
  }
}
