// Built and run by ../fuzz.sh TransparencyLog Note

/// A note that is read is written back as it came, and no key of ours ever signed it.
/// A refusal is a fine answer, a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNote(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let note = try? SignedNote(parsing: bytes) else { return 0 }
  precondition(note.description.utf8.elementsEqual(bytes))
  precondition((try? note.text(verifiedBy: [stranger])) == nil)
  return 0
}

/// A key whose private half was thrown away.
private let stranger = NoteSigner(name: fuzzedName).verifierKey
private let fuzzedName: KeyName = {
  do { return try KeyName("log.example") } catch { preconditionFailure("\(error)") }
}()
