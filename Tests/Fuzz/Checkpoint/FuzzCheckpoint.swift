// Built and run by ../fuzz.sh TransparencyLog Checkpoint

/// A checkpoint that is read is written back as it came.
/// A refusal is a fine answer, a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckpoint(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let text = String(validating: bytes, as: UTF8.self),
    let checkpoint = try? Checkpoint(parsing: text)
  else { return 0 }
  precondition(checkpoint.text.utf8.elementsEqual(bytes))
  precondition(checkpoint.size <= MerkleTree.maximumSize)
  return 0
}
