import AccessCore
import Crypto

/// A line of `openings.jsonl`: `{"field":"reason","index":17,"salt":"<32 digits>","text":"…"}`.
struct OpeningLine {
  let index: UInt64
  private let field: WrittenField
  private let commitment: [UInt8]

  /// `nil` for anything else.
  init?(_ line: ArraySlice<UInt8>) {
    guard let json = try? JSON(parsing: line), case .integer(let index)? = json["index"],
      let index = UInt64(exactly: index),
      let field = json["field"]?.text.flatMap(WrittenField.init(rawValue:)),
      // Of one length: or else the end of a salt could be passed off as the start of a text.
      let salt = json["salt"]?.text.flatMap([UInt8].init(hex:)), salt.count == 16,
      let text = json["text"]?.text
    else { return nil }
    self.index = index
    self.field = field
    commitment = Array(SHA256.hash(data: salt + Array(text.utf8)))
  }

  /// Whether the entry has the commitment in the field.
  func fits(_ entry: EntryLine) -> Bool {
    guard case .shown(let bytes) = entry else { return false }
    let sought = Array((field.marker + commitment.hex + "\"").utf8)
    return bytes.indices.dropLast(sought.count - 1).contains { start in
      bytes[start] == sought[0] && bytes[start..<start + sought.count].elementsEqual(sought)
    }
  }
}
