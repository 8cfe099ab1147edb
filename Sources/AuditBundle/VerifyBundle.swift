import AccessCore
import Crypto
import Glibc
import SSHSignature
import TransparencyLog

/// What a bundle that is in order proves.
package struct VerifiedBundle: Sendable {
  package let key: VerifierKey
  package let checkpoint: Checkpoint
  package let manifest: Manifest
  /// Nil when nobody said whose keys are whose.
  package let reviews: ReviewFindings?
}

/// Checks the bundle in `folder` against its checkpoint, in constant memory but for the
/// signatures of reviews.
///
/// - Parameters:
///   - key: from elsewhere; nil takes the bundle's own word for it.
///   - allowed: whose keys are whose, from elsewhere; nil leaves signatures of reviews unchecked.
///   - progress: told now and then how many of how many entries are done.
package func verifyBundle(
  in folder: String, key: VerifierKey? = nil, allowed: AllowedSigners? = nil,
  progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
) throws -> VerifiedBundle {
  for file in BundleFile.allCases where access("\(folder)/\(file.rawValue)", F_OK) != 0 {
    throw BundleFinding.missing(file)
  }
  let key = try key ?? readKey(in: folder)
  let checkpoint = try readCheckpoint(in: folder, key)
  let manifest = try Manifest(parsing: contents(of: .manifest, in: folder))
  guard manifest.origin == checkpoint.origin else { throw BundleFinding.manifest("origin") }

  var openings = try Openings(in: folder)
  var reviews = allowed.map(ReviewCheck.init)
  let withheld = try checkEntries(in: folder, checkpoint, &openings, &reviews, progress)
  try openings.conclude()

  guard manifest.size == checkpoint.size else { throw BundleFinding.manifest("size") }
  guard manifest.withheld == withheld else { throw BundleFinding.manifest("withheld") }
  guard manifest.openings == openings.count else { throw BundleFinding.manifest("openings") }
  guard try sha256(of: .grants, in: folder) == manifest.grants else { throw BundleFinding.grants }
  return VerifiedBundle(
    key: key, checkpoint: checkpoint, manifest: manifest, reviews: try reviews?.conclude())
}

private func readKey(in folder: String) throws(BundleFinding) -> VerifierKey {
  var text = String(decoding: try contents(of: .verifier, in: folder), as: UTF8.self)
  if text.hasSuffix("\n") { text.removeLast() }
  do { return try VerifierKey(parsing: text) } catch { throw .badKey }
}

private func readCheckpoint(
  in folder: String, _ key: VerifierKey
) throws(BundleFinding) -> Checkpoint {
  let note = try contents(of: .checkpoint, in: folder)
  let text: String
  do { text = try SignedNote(parsing: note).text(verifiedBy: [key]) } catch {
    throw .notSigned(by: key)
  }
  guard let checkpoint = try? Checkpoint(parsing: text),
    checkpoint.origin == key.name.description
  else { throw .badCheckpoint }
  return checkpoint
}

/// - Returns: how many entries are withheld.
private func checkEntries(
  in folder: String, _ checkpoint: Checkpoint, _ openings: inout Openings,
  _ reviews: inout ReviewCheck?, _ progress: (UInt64, UInt64) -> Void
) throws -> UInt64 {
  let entries = try FileReader(.entries, in: folder)
  let leaves = try FileReader(.leaves, in: folder)
  var tree = TreeCheck(checkpoint)
  var withheld: UInt64 = 0
  for index in 0..<checkpoint.size {
    guard let leaf = Hash(bytes: try leaves.bytes(32)) else {
      throw BundleFinding.leavesLength(size: checkpoint.size)
    }
    let line = try entries.line()
    try tree.add(line, claimed: leaf)
    if let entry = line.flatMap(EntryLine.init) {
      if case .withheld = entry { withheld += 1 }
      try openings.check(entry, index)
      reviews?.look(at: entry, index)
    }
    if index.isMultiple(of: 4_096) { progress(index, checkpoint.size) }
  }
  guard try leaves.bytes(1).isEmpty else {
    throw BundleFinding.leavesLength(size: checkpoint.size)
  }
  if try entries.line() != nil { tree.addSurplus() }
  try tree.conclude()
  return withheld
}

/// The openings, read beside the entries: they have the same order.
private struct Openings {
  private(set) var count: UInt64 = 0
  private let file: FileReader
  private var next: OpeningLine?
  /// Told only when the entries are in order.
  private var finding: BundleFinding?

  init(in folder: String) throws(BundleFinding) {
    file = try FileReader(.openings, in: folder)
    try advance()
  }

  mutating func check(_ entry: EntryLine, _ index: UInt64) throws(BundleFinding) {
    while finding == nil, let opening = next, opening.index == index {
      if opening.fits(entry) { count += 1 } else { finding = .openingWrong(index) }
      try advance()
    }
  }

  func conclude() throws(BundleFinding) {
    if let finding { throw finding }
    // It is out of order, or of an entry that is not there.
    if let next { throw .openingWrong(next.index) }
  }

  private mutating func advance() throws(BundleFinding) {
    guard let line = try file.line() else {
      next = nil
      return
    }
    next = OpeningLine(line)
    if next == nil, finding == nil { finding = .openingMalformed(line: Int(count) + 1) }
  }
}

private func sha256(of file: BundleFile, in folder: String) throws -> AccessCore.Digest? {
  let reader = try FileReader(file, in: folder)
  var hasher = SHA256()
  while case let bytes = try reader.bytes(1 << 16), !bytes.isEmpty { hasher.update(data: bytes) }
  return AccessCore.Digest(bytes: Array(hasher.finalize()))
}
