/// Standard base64 with padding (RFC 4648 §4).
///
/// Only the canonical form is read, so that one byte string has one text, and a signed note that
/// was read is written back unchanged.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  private static let values: [UInt8: UInt32] = Dictionary(
    uniqueKeysWithValues: zip(alphabet, 0...))

  /// Three bytes become four letters of six bits each.
  static func encode(_ bytes: [UInt8]) -> String {
    var letters: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start...].prefix(3)
      let missing = 3 - group.count
      let bits = group.reduce(0 as UInt32) { $0 << 8 | UInt32($1) } << (8 * missing)
      for shift in [18, 12, 6, 0].dropLast(missing) {
        letters.append(alphabet[Int(bits >> shift & 0x3f)])
      }
      letters += Array(repeating: padding, count: missing)
    }
    return String(decoding: letters, as: UTF8.self)
  }

  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    for letter in text.prefix(while: { $0 != padding }) {
      guard let value = values[letter] else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    // A wrong length, wrong padding and stray last bits all show as a difference here.
    return encode(bytes).utf8.elementsEqual(text) ? bytes : nil
  }
}
