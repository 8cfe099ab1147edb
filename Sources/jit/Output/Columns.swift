/// Aligned columns under their headings, two spaces apart, without spaces at the ends of lines.
func columns(_ headings: [String], _ rows: [[Cell]], paint: Paint) -> String {
  let headed = [headings.map { Cell($0, shown: paint.bold($0)) }] + rows
  let widths = headings.indices.map { column in headed.map { $0[column].width }.max() ?? 0 }
  return headed.map { row in
    var line = ""
    for (index, cell) in row.enumerated() {
      line += cell.shown
      let isLast = row[(index + 1)...].allSatisfy { $0.width == 0 }
      if isLast { break }
      line += String(repeating: " ", count: widths[index] - cell.width + 2)
    }
    return line + "\n"
  }.joined()
}

/// A field of a table: colours take no room.
struct Cell {
  let width: Int
  let shown: String

  /// - Parameter shown: the text as it is painted; by default as it is.
  init(_ text: String, shown: String? = nil) {
    width = text.count
    self.shown = shown ?? text
  }
}

/// Labelled lines, the labels aligned; further lines of a value stand under its first, and a label
/// without a line is left out.
func fields(_ pairs: [(label: String, lines: [String])], paint: Paint) -> String {
  let width = pairs.filter { !$0.lines.isEmpty }.map(\.label.count).max() ?? 0
  return pairs.flatMap { label, lines in
    lines.enumerated().map { index, line in
      let name = index == 0 ? label : ""
      let space = String(repeating: " ", count: width - name.count + 2)
      return "  \(name.isEmpty ? "" : paint.faint(name))\(space)\(line)\n"
    }
  }.joined()
}
