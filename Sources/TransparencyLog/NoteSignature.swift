/// One signature line of a note: `— <name> <base64 of key id and signature>`.
///
/// It may be by a key of any type that nobody here knows: such lines are kept, but never believed.
struct NoteSignature: Hashable, Sendable {
  let name: KeyName
  /// Four bytes, see ``VerifierKey/id``.
  let keyID: [UInt8]
  let bytes: [UInt8]

  init(name: KeyName, keyID: [UInt8], bytes: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.bytes = bytes
  }

  private static let start = "— "

  /// Reads a line without its newline; `number` is for the error.
  init(parsing line: ArraySlice<UInt8>, number: Int) throws(NoteError) {
    let fields = line.dropFirst(Self.start.utf8.count)
      .split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard line.starts(with: Self.start.utf8), fields.count == 2,
      let payload = Base64.decode(fields[1]), payload.count > VerifierKey.idByteCount
    else { throw .malformedSignature(line: number) }
    name = try KeyName(String(decoding: fields[0], as: UTF8.self))
    keyID = Array(payload.prefix(VerifierKey.idByteCount))
    bytes = Array(payload.dropFirst(VerifierKey.idByteCount))
  }

  var line: String { "\(Self.start)\(name) \(Base64.encode(keyID + bytes))" }
}
