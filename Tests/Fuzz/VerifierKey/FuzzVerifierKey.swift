// Built and run by ../fuzz.sh TransparencyLog VerifierKey

/// A verifier key that is read is written back as it came.
/// A refusal is a fine answer, a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzVerifierKey(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  guard let text = String(validating: bytes, as: UTF8.self),
    let key = try? VerifierKey(parsing: text)
  else { return 0 }
  precondition(key.description.utf8.elementsEqual(bytes))
  return 0
}
