import AccessCore
import Foundation

/// A line of a bundle, without its newline, and the file that it belongs to.
package struct BundleLine: Sendable, Equatable {
  package enum File: Sendable { case entries, openings, grants }

  package let file: File
  package let text: [UInt8]
}

extension Ledger {
  /// What a few hundred entries from `seq` on are in a bundle of `selection.size` entries, and
  /// where the next ones begin; nil at the end.
  ///
  /// An entry that is not selected is `{"leaf":"<hash of its leaf>"}`. An opening names the entry
  /// and the field whose commitment it opens, as in
  /// `{"field":"reason","index":17,"salt":"<hex>","text":"…"}`; they have the order of the entries.
  package func bundlePage(
    _ selection: Selection, from seq: Int64
  ) async throws -> (lines: [BundleLine], next: Int64)? {
    guard seq < selection.size else { return nil }
    let entries = try await reading.bundled(selection, from: seq, limit: exportPageEntries)
    guard !entries.isEmpty else { throw StoreError("entry \(seq) is missing") }
    let lines = zip(seq..., entries).flatMap { seq, entry in
      switch entry {
      case .withheld(let leaf):
        [BundleLine(file: .entries, text: Array("{\"leaf\":\"\([UInt8](leaf).hex)\"}".utf8))]
      case .shown(let body, let openings):
        [BundleLine(file: .entries, text: Array(body))]
          + openings.map { BundleLine(file: .openings, text: $0.json(seq).canonical) }
      }
    }
    return (lines, seq + Int64(entries.count))
  }

  /// The table of grants as the selected entries tell it, a few hundred grants after the request
  /// with this id; the first page, after "", begins with the names of the columns. Nil at the end.
  package func grantsPage(
    _ selection: Selection, after id: String
  ) async throws -> (lines: [BundleLine], last: String)? {
    let grants = try await reading.grants(selection, after: id, limit: exportPageEntries)
    let header = id.isEmpty ? [CSV.header(CSV.grantColumns)] : []
    let records = header + grants.map { CSV.record($0) }
    guard !records.isEmpty else { return nil }
    // Each record ends with CRLF, of which the line feed is the line's own.
    let lines = records.map { BundleLine(file: .grants, text: Array($0.utf8.dropLast())) }
    return (lines, grants.last?.first?.text ?? afterEveryRequest)
  }
}

/// Sorts behind the id of every request.
private let afterEveryRequest = "~"

extension Opening {
  fileprivate func json(_ seq: Int64) -> JSON {
    .object([
      "field": .string(field.rawValue), "index": .integer(seq),
      "salt": .string([UInt8](salt).hex), "text": .string(String(decoding: text, as: UTF8.self)),
    ])
  }
}
