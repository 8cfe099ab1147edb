// Built and run by ../fuzz.sh SSHSignature SSHSignature

/// What is read names a key of the length that it has to have, and a signature is never good over
/// two messages. A refusal is a fine answer, a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSSHSignature(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let text = String(validating: bytes, as: UTF8.self),
    let signature = SSHSignature(armored: text)
  else { return 0 }
  precondition(signature.key.count == 32)
  let namespace = signature.namespace
  let isOfNothing = signature.isOf([], namespace: namespace)
  precondition(!(isOfNothing && signature.isOf([1], namespace: namespace)))
  return 0
}
