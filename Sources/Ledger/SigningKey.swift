import Foundation
import Glibc
import TransparencyLog

/// The key that signs checkpoints, kept as 32 raw bytes in a file of mode 0600.
enum SigningKey {
  /// Where the key of a ledger lies until it has its first entry. So a key at its own place always
  /// had entries, and is a sign where there are none, while a start that was cut off leaves no sign.
  private static func draft(_ path: String) -> String { path + ".first" }

  /// Makes the key of a ledger that has no entry yet.
  static func begin(_ path: String, name: KeyName) throws -> NoteSigner {
    let signer = NoteSigner(name: name)
    try write(signer.seed, to: draft(path))
    return signer
  }

  /// Puts the key in its place, once it has signed an entry; does nothing when it is there.
  static func settle(_ path: String) throws {
    guard access(path, F_OK) != 0, errno == ENOENT else { return }
    guard rename(draft(path), path) == 0 else {
      throw SigningKeyError("\(path) cannot be put in its place: \(lastError())")
    }
    try syncDirectory(URL(filePath: path).deletingLastPathComponent().path)
  }

  /// Reads the key of a ledger. One that lost its key does not go on under another: nobody could tell
  /// it from a forged one.
  static func load(_ path: String, name: KeyName) throws -> NoteSigner {
    var file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if file < 0, errno == ENOENT { file = open(draft(path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
    if file < 0, errno == ENOENT {
      throw SigningKeyError("\(path) is missing: put it back from a backup")
    }
    guard file >= 0 else { throw SigningKeyError("\(path) cannot be read: \(lastError())") }
    defer { close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & 0o077 == 0 else {
      throw SigningKeyError("\(path) must be readable by its owner only (chmod 600)")
    }
    var seed = [UInt8](repeating: 0, count: 33)
    let count = read(file, &seed, seed.count)
    guard count == 32 else { throw SigningKeyError("\(path) does not hold a key of 32 bytes") }
    return try NoteSigner(name: name, seed: Array(seed.prefix(32)))
  }

  /// Written beside and renamed, so that a crash leaves a whole key or none.
  static func write(_ seed: [UInt8], to path: String) throws {
    let temporary = path + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw SigningKeyError("\(path) cannot be made: \(lastError())") }
    let written = Glibc.write(file, seed, seed.count) == seed.count && fsync(file) == 0
    let closed = close(file) == 0
    guard written, closed, rename(temporary, path) == 0 else {
      throw SigningKeyError("\(path) cannot be written: \(lastError())")
    }
    try syncDirectory(URL(filePath: path).deletingLastPathComponent().path)
  }
}

package struct SigningKeyError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
