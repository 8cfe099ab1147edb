// Built and run by ../fuzz.sh SSHSignature AllowedSigners

/// Whatever a file says, it allows no key that does not stand in it.
/// A refusal is a fine answer, a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAllowedSigners(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let text = String(validating: bytes, as: UTF8.self),
    let signers = try? AllowedSigners(parsing: text)
  else { return 0 }
  precondition(
    !signers.allow("olga", key: "no key", namespace: "jit-review", at: "2026-03-01T09:40:00.000Z"))
  return 0
}
