import Crypto

/// A SHA-256 hash in the log's Merkle tree (RFC 6962 §2.1, RFC 9162 §2.1.1): exactly 32 bytes.
///
/// The first byte that is hashed says what the rest is, so that no entry passes for an inner node.
package struct Hash: Hashable, Sendable {
  private let storage: SIMD32<UInt8>

  private init(_ digest: SHA256Digest) {
    storage = digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD32<UInt8>.self) }
  }

  /// `nil` unless there are exactly 32 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == SIMD32<UInt8>.scalarCount else { return nil }
    storage =
      bytes.withContiguousStorageIfAvailable {
        UnsafeRawBufferPointer($0).loadUnaligned(as: SIMD32<UInt8>.self)
      } ?? SIMD32(bytes)
  }

  /// The root of the tree without leaves: SHA-256 of nothing.
  package static let empty = Hash(SHA256().finalize())

  /// The hash of one entry: `SHA-256(0x00 ‖ entry)`.
  package static func leaf(_ entry: some Sequence<UInt8>) -> Hash {
    var hasher = SHA256()
    hasher.update(byte: 0x00)
    let isContiguous: Void? = entry.withContiguousStorageIfAvailable {
      hasher.update(bufferPointer: UnsafeRawBufferPointer($0))
    }
    if isContiguous == nil { hasher.update(data: Array(entry)) }
    return Hash(hasher.finalize())
  }

  /// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
  package static func node(_ left: Hash, _ right: Hash) -> Hash {
    // One block for the hasher: there are as many inner nodes as entries.
    withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { block in
      block[0] = 0x01
      block.storeBytes(of: left.storage, toByteOffset: 1, as: SIMD32<UInt8>.self)
      block.storeBytes(of: right.storage, toByteOffset: 33, as: SIMD32<UInt8>.self)
      var hasher = SHA256()
      hasher.update(bufferPointer: UnsafeRawBufferPointer(block))
      return Hash(hasher.finalize())
    }
  }

  package var bytes: [UInt8] { storage.indices.map { storage[$0] } }
}

extension Hash: CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package var hex: String { Hexadecimal.encode(bytes) }

  /// 44 characters of standard base64, as checkpoints and proofs carry hashes.
  package var base64: String { Base64.encode(bytes) }

  package var description: String { hex }

  /// `nil` unless `hex` is 64 lower-case hexadecimal digits.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hexadecimal.decode(hex.utf8) else { return nil }
    self.init(bytes: bytes)
  }

  /// `nil` unless `base64` is the canonical, padded base64 of 32 bytes.
  package init?(base64: some StringProtocol) {
    guard let bytes = Base64.decode(base64.utf8) else { return nil }
    self.init(bytes: bytes)
  }
}

extension SHA256 {
  fileprivate mutating func update(byte: UInt8) {
    withUnsafeBytes(of: byte) { update(bufferPointer: $0) }
  }
}
