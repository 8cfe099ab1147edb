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
    case .csv: Array(CSV.header(CSV.entryColumns).utf8)
    }
  }

  /// Some of the selected entries from `seq` on, and where the next ones begin; nil at the
  /// end. Taken piece by piece, an export needs the same memory at any size, and a slow reader slows
  /// nobody but the export.
  package func exportPage(
    _ selection: Selection, from seq: Int64, as format: ExportFormat
  ) async throws -> (bytes: [UInt8], next: Int64)? {
    let page = try await reading.page(selection, from: seq) { body, bytes in
      switch format {
      case .jsonl:
        bytes.append(contentsOf: body)
        bytes.append(UInt8(ascii: "\n"))
      case .csv: bytes.append(contentsOf: CSV.record(of: try JSON(parsing: body)).utf8)
      }
    }
    return page.map { ($0.bytes, $0.last + 1) }
  }
}

/// So few that a page of the largest entries fits into memory.
let exportPageEntries = 500
