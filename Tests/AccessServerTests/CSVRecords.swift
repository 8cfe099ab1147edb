/// A strict reader of RFC 4180: CRLF after each record, quotes doubled within quotes.
struct CSVRecords {
  private(set) var records: [[String]] = []

  init(_ text: String) throws {
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty { records.append(try Self.record(&rest)) }
  }

  private static func record(_ rest: inout Substring.UnicodeScalarView) throws -> [String] {
    var cells: [String] = []
    while true {
      cells.append(rest.first == "\"" ? try quoted(&rest) : plain(&rest))
      switch rest.popFirst() {
      case ",": continue
      case "\r":
        guard rest.popFirst() == "\n" else { throw ConnectionError("a CR without LF") }
        return cells
      default: throw ConnectionError("a cell ends with neither comma nor CRLF")
      }
    }
  }

  private static func plain(_ rest: inout Substring.UnicodeScalarView) -> String {
    let cell = rest.prefix { !",\r\n\"".unicodeScalars.contains($0) }
    rest = rest.dropFirst(cell.count)
    return String(cell)
  }

  private static func quoted(_ rest: inout Substring.UnicodeScalarView) throws -> String {
    var cell = ""
    rest.removeFirst()
    while let scalar = rest.popFirst() {
      guard scalar == "\"" else {
        cell.unicodeScalars.append(scalar)
        continue
      }
      guard rest.first == "\"" else { return cell }
      rest.removeFirst()
      cell += "\""
    }
    throw ConnectionError("a quote is not closed")
  }
}
