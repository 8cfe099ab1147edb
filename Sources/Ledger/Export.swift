import AccessCore
import Foundation

/// How an export is written.
package enum ExportFormat: String, Sendable, CaseIterable {
  /// The stored bytes of each entry, one a line.
  case jsonl
  /// RFC 4180, for spreadsheets.
  case csv
}

extension Ledger {
  /// What stands above the entries.
  package nonisolated func exportHeader(_ format: ExportFormat) -> [UInt8] {
    switch format {
    case .jsonl: []
    case .csv: Array(CSV.header.utf8)
    }
  }

  /// A few hundred of the selected entries from `seq` on, and where the next ones begin; nil at the
  /// end. Taken piece by piece, an export needs the same memory at any size, and a slow reader slows
  /// nobody but the export.
  package func exportPage(
    _ selection: Selection, from seq: Int64, as format: ExportFormat
  ) async throws -> (bytes: [UInt8], next: Int64)? {
    let page = try await reading.bodies(selection, from: seq, limit: 500)
    guard let last = page.last else { return nil }
    return (try page.flatMap { try line($0.1, format) }, last.0 + 1)
  }

  private func line(_ body: Data, _ format: ExportFormat) throws -> [UInt8] {
    switch format {
    case .jsonl: Array(body) + [UInt8(ascii: "\n")]
    case .csv: Array(CSV.record(of: try JSON(parsing: body)).utf8)
    }
  }
}

/// Entries as RFC 4180 records: one line each, whatever people wrote.
enum CSV {
  private static let columns = ["seq", "at", "kind", "actor", "method", "request", "data"]

  static let header = columns.joined(separator: ",") + "\r\n"

  static func record(of entry: JSON) -> String {
    let cells = columns.map { column in
      switch column {
      case "method": entry["auth"]?["method"]
      default: entry[column]
      }
    }
    return cells.map { cell($0 ?? .null) }.joined(separator: ",") + "\r\n"
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
