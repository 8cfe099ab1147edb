import TransparencyLog

/// A line of `entries.jsonl`.
package enum EntryLine: Sendable {
  /// The stored bytes of an entry.
  case shown(ArraySlice<UInt8>)
  case withheld(Hash)

  /// Nil for a line that stands for a withheld entry and has no hash.
  package init?(_ line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.withheldStart) else {
      self = .shown(line)
      return
    }
    let rest = line.dropFirst(Self.withheldStart.count)
    guard rest.count == 66, rest.suffix(2).elementsEqual("\"}".utf8),
      let leaf = Hash(hex: String(decoding: rest.dropLast(2), as: UTF8.self))
    else { return nil }
    self = .withheld(leaf)
  }

  private static let withheldStart = Array("{\"leaf\":\"".utf8)

  /// The hash of the leaf.
  package var leaf: Hash {
    switch self {
    case .shown(let bytes): .leaf(bytes)
    case .withheld(let leaf): leaf
    }
  }
}

/// The number that an entry bears. In canonical JSON, `seq` and `v` stand last (RFC 8785), so it
/// can be read without parsing the rest; nil for another version, or no entry at all.
package func entryNumber(_ line: ArraySlice<UInt8>) -> UInt64? {
  guard line.suffix(versionEnd.count).elementsEqual(versionEnd) else { return nil }
  var end = line.endIndex - versionEnd.count
  var (number, scale): (UInt64, UInt64) = (0, 1)
  while end > line.startIndex, (0x30...0x39).contains(line[end - 1]), scale < 1 << 60 {
    end -= 1
    number += scale * UInt64(line[end] - 0x30)
    scale *= 10
  }
  guard scale > 1, line[..<end].suffix(numberStart.count).elementsEqual(numberStart) else {
    return nil
  }
  return number
}

private let versionEnd = Array(",\"v\":1}".utf8)
private let numberStart = Array("\"seq\":".utf8)
