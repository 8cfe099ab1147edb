/// Why bytes are not JSON as the ledger has it.
package struct JSONError: Error, Sendable, Equatable {
  package let message: String
  /// Byte offset, from 0.
  package let offset: Int
}

extension JSON {
  /// Nesting that no entry of ours comes near; it bounds the parser's stack.
  package static let depthMax = 32

  /// Reads one value and nothing after it but white space. Refuses floats, integers beyond
  /// ±2^53, repeated keys, lone surrogates and invalid UTF-8.
  package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.atEnd else { throw parser.error("something follows the value") }
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var index = 0

  var atEnd: Bool { index == bytes.count }

  func error(_ message: String) -> JSONError { JSONError(message: message, offset: index) }

  mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let end = index + word.utf8CodeUnitCount
    guard end <= bytes.count, word.withUTF8Buffer({ $0.elementsEqual(bytes[index..<end]) })
    else { return false }
    index = end
    return true
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth <= JSON.depthMax else { throw error("nested too deeply") }
    skipSpace()
    guard index < bytes.count else { throw error("a value is missing") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    case UInt8(ascii: "-"), 0x30...0x39: return .integer(try integer())
    default: throw error("not a value")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    index += 1
    var members: [String: JSON] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw error("a key is missing")
      }
      let key = try string()
      skipSpace()
      guard take(":") else { throw error("a colon is missing") }
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else { throw error("a key repeats") }
      skipSpace()
    } while take(",")
    guard take("}") else { throw error("an object does not end") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    index += 1
    var elements: [JSON] = []
    skipSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw error("an array does not end") }
    return .array(elements)
  }

  private mutating func integer() throws(JSONError) -> Int64 {
    let start = index
    _ = take("-")
    let digits = bytes[index...].prefix { (0x30...0x39).contains($0) }
    index += digits.count
    let zeroes = digits.count > 1 && digits.first == 0x30
    guard !digits.isEmpty, !zeroes else { throw error("not a number") }
    if index < bytes.count, [0x2E, 0x45, 0x65].contains(bytes[index]) {
      throw error("only whole numbers are allowed")
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    guard let value = Int64(text), value.magnitude <= 1 << 53, text != "-0" else {
      throw error("a number beyond 2^53")
    }
    return value
  }

  private mutating func string() throws(JSONError) -> String {
    index += 1
    // Most strings have no escapes, and are there as they are.
    let plain = bytes[index...].prefix { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
    var raw = Array(plain)
    index = plain.endIndex
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: raw, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): raw += try escape()
      case 0..<0x20: throw error("a control character in a string")
      default: raw.append(byte)
      }
    }
    throw error("a string does not end")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard index < bytes.count else { throw error("an escape does not end") }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let high = try unit()
      if let scalar = Unicode.Scalar(high) { return Array(String(scalar).utf8) }
      guard UTF16.isLeadSurrogate(high), take("\\"), take("u") else {
        throw error("a lone surrogate")
      }
      let low = try unit()
      guard UTF16.isTrailSurrogate(low) else { throw error("a lone surrogate") }
      let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
      guard let scalar = Unicode.Scalar(value) else { throw error("not a character") }
      return Array(String(scalar).utf8)
    default: throw error("not an escape")
    }
  }

  private mutating func unit() throws(JSONError) -> UInt16 {
    guard index + 4 <= bytes.count else { throw error("an escape does not end") }
    let digits = bytes[index..<index + 4]
    guard
      digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error("not an escape") }
    index += 4
    return value
  }
}
