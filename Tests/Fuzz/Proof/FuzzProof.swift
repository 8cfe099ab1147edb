// Built and run by ../fuzz.sh TransparencyLog Proof

/// Two numbers of 8 bytes, then a path, taken as lines of base64 and as raw hashes: no claim made
/// with them leads to these two roots. A refusal is a fine answer, a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProof(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard bytes.count >= 16 else { return 0 }
  let first = number(bytes[..<8])
  let second = number(bytes[8..<16])

  let lines = String(decoding: bytes[16...], as: UTF8.self)
    .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  if let proof = try? InclusionProof(leaf: first, size: second, base64: lines) {
    precondition(proof.base64 == lines)
  }

  let hashes = stride(from: 16, to: bytes.count, by: 32).compactMap { start in
    Hash(bytes: bytes[start...].prefix(32))
  }
  if let proof = try? InclusionProof(leaf: first, size: second, path: hashes) {
    precondition((try? proof.verify(leafHash: someLeaf, root: someRoot)) == nil)
  }
  if let proof = try? ConsistencyProof(from: first, to: second, path: hashes) {
    precondition((try? proof.verify(oldRoot: someLeaf, newRoot: someRoot)) == nil)
  }
  return 0
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

private let someLeaf = Hash.leaf("entry".utf8)
private let someRoot = Hash.leaf("root".utf8)
