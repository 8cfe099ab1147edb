import AccessCore

/// RFC 4180 records: one line each, whatever people wrote.
enum CSV {
  static let entryColumns = ["seq", "at", "kind", "actor", "method", "request", "data"]
  static let grantColumns = [
    "request", "state", "requester", "database", "environment", "role", "entitlement",
    "submitted_at", "approved_by", "database_role", "activated_at", "expires_at", "ended_at",
    "cause", "verified", "sessions_ended", "overrun_ms",
    "break_glass", "review_due", "review_overdue", "glass_reviewed_by", "glass_verdict",
  ]

  static func header(_ columns: [String]) -> String { columns.joined(separator: ",") + "\r\n" }

  static func record(of entry: JSON) -> String {
    record(
      entryColumns.map { column in
        switch column {
        case "method": entry["auth"]?["method"] ?? .null
        default: entry[column] ?? .null
        }
      })
  }

  static func record(_ cells: [JSON]) -> String {
    cells.map(cell).joined(separator: ",") + "\r\n"
  }

  private static func cell(_ value: JSON) -> String {
    switch value {
    case .null: ""
    case .integer(let number): String(number)
    case .string(let text): quoted(text.inert)
    case .bool, .array, .object: quoted(value.inertLine)
    }
  }

  /// A spreadsheet takes a cell that begins with one of these for a formula and runs it; an
  /// apostrophe before it makes it text.
  private static func quoted(_ text: String) -> String {
    let isFormula =
      text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let safe = isFormula ? "'" + text : text
    return "\"" + safe.replacing("\"", with: "\"\"") + "\""
  }
}
