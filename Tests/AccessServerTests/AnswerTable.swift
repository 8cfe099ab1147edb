import Testing

/// A table in which a person can read who gets which answer.
struct AnswerTable {
  struct Row: Sendable, CustomTestStringConvertible {
    let act: String
    let answers: [(caller: String, answer: String)]

    var testDescription: String { "\(act): \(answers.map(\.caller).joined(separator: ", "))" }
  }

  let rows: [Row]

  init(_ text: String) {
    let lines = text.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingSpaces }
    }
    let callers = lines[0].dropFirst()
    rows = lines.dropFirst().map { cells in
      Row(act: cells[0], answers: Array(zip(callers, cells.dropFirst())))
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
