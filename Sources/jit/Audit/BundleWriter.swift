import AccessAPI
import AccessCore
import AuditBundle
import Crypto
import TransparencyLog

/// Writes the files of a bundle from the broker's stream, and checks while it does that they are
/// what the checkpoint was signed for.
final class BundleWriter {
  private let folder: String
  private let files: [BundleFile: BufferedFile]
  private var lines = Lines()
  private var note = ""
  private var vkey = ""
  private var tree = Frontier()
  private var withheld: UInt64 = 0
  private var openings: UInt64 = 0
  private var grants = SHA256()

  /// - Parameter folder: is there, and empty.
  init(in folder: String) throws(Failure) {
    self.folder = folder
    var files: [BundleFile: BufferedFile] = [:]
    for file in BundleFile.allCases {
      files[file] = try BufferedFile(
        "\(folder)/\(file.rawValue)", mode: file == .program ? 0o755 : 0o644)
    }
    self.files = files
  }

  /// How many entries have come.
  var size: UInt64 { tree.size }

  func add(_ bytes: [UInt8]) throws { try lines.add(bytes, each: add) }

  private func add(_ line: ArraySlice<UInt8>) throws {
    let text = line.dropFirst()
    switch line.first.flatMap(BundlePart.init(rawValue:)) {
    case .checkpoint: note += String(decoding: text, as: UTF8.self) + "\n"
    case .verifier: vkey = String(decoding: text, as: UTF8.self)
    case .entry:
      guard let entry = EntryLine(text) else { throw notABundle }
      let leaf = entry.leaf
      if case .withheld = entry { withheld += 1 }
      try tree.appendLeaf(leaf)
      try write(text, to: .entries)
      try files[.leaves]?.write(leaf.bytes)
    case .opening:
      openings += 1
      try write(text, to: .openings)
    case .grant:
      grants.update(data: text)
      grants.update(data: newline)
      try write(text, to: .grants)
    // A newer broker may send what only a newer program puts into a file.
    case nil: break
    }
  }

  private func write(_ text: ArraySlice<UInt8>, to file: BundleFile) throws {
    try files[file]?.write(text)
    try files[file]?.write(newline)
  }

  /// Writes the small files, and has everything on disk when it returns.
  func finish(filters: [String: String], now: Timestamp) throws -> Manifest {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(
        opening: Array(note.utf8), with: VerifierKey(parsing: vkey))
    } catch {
      throw Failure(.badData, "the broker's checkpoint is not what its key signed: \(error)")
    }
    guard checkpoint.size == tree.size, checkpoint.root == tree.root,
      let digest = Digest(bytes: Array(grants.finalize()))
    else { throw notABundle }
    let manifest = Manifest(
      origin: checkpoint.origin, size: checkpoint.size, withheld: withheld, openings: openings,
      grants: digest, filters: filters, exportedAt: now)
    try files[.checkpoint]?.write(note.utf8)
    try files[.verifier]?.write((vkey + "\n").utf8)
    try files[.manifest]?.write((manifest.json.inertText + "\n").utf8)
    try files[.program]?.write(verifierProgram)
    for file in files.values { try file.finish() }
    return manifest
  }
}

private let newline: [UInt8] = [0x0A]

private let notABundle = Failure(
  .badData, "what the broker sent is not what its checkpoint was signed for",
  hint: "nothing was written; tell those who watch over the broker")
