import AccessCore
import AccessTesting
import Foundation
import Testing

@testable import Ledger

@Suite("CSV")
struct CSVTests {
  /// Reads RFC 4180, with the rule of RFC 4180 §2.7 that a quote in a cell is doubled.
  private func records(_ csv: String) throws -> [[String]] {
    var (records, record, cell): ([[String]], [String], [UInt8]) = ([], [], [])
    var isQuoted = false
    let bytes = Array(csv.utf8)
    var index = 0
    func byte(_ at: Int) -> UInt8? { at < bytes.count ? bytes[at] : nil }
    func endCell() {
      record.append(String(decoding: cell, as: UTF8.self))
      cell = []
    }
    while let current = byte(index) {
      index += 1
      switch (current, isQuoted) {
      case (UInt8(ascii: "\""), true) where byte(index) == UInt8(ascii: "\""):
        cell.append(current)
        index += 1
      case (UInt8(ascii: "\""), _): isQuoted.toggle()
      case (UInt8(ascii: ","), false): endCell()
      case (UInt8(ascii: "\r"), false):
        try #require(byte(index) == UInt8(ascii: "\n"))
        index += 1
        endCell()
        records.append(record)
        record = []
      default: cell.append(current)
      }
    }
    try #require(!isQuoted && record.isEmpty && cell.isEmpty, "the last record has its end")
    return records
  }

  private static let hostile = [
    "=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "\t=1", "\r=1", "\n=1",
    "a,b", "say \"hi\"", "two\nlines", "two\r\nlines", "\u{1B}[31mred", "\u{202E}desrever",
    "\u{0}", "\u{FEFF}=1", "=\u{301}1", "\u{2028}", "”“", "",
  ]

  @Test("whatever stands in an entry, it is one record of seven cells", arguments: hostile)
  func oneRecord(_ text: String) throws {
    let record = CSV.record(of: entry(text))
    let read = try records(CSV.header(CSV.entryColumns) + record)
    #expect(read.count == 2)
    #expect(read.allSatisfy { $0.count == 7 })
    #expect(read.first == ["seq", "at", "kind", "actor", "method", "request", "data"])
    #expect(record.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1, "and one line")
  }

  @Test("no cell begins a formula, and no character acts on who reads it", arguments: hostile)
  func inert(_ text: String) throws {
    for cell in try #require(try records(CSV.record(of: entry(text))).first) {
      let first = cell.unicodeScalars.first
      #expect(
        first.map { !"=+-@\t\r".unicodeScalars.contains($0) } ?? true, "\(cell.debugDescription)")
      #expect(cell.unicodeScalars.allSatisfy { !$0.actsOnReader })
    }
  }

  /// An entry with the text in every place that could hold one.
  private func entry(_ text: String) -> JSON {
    .object([
      "seq": .integer(7), "at": .string(text), "kind": .string(text), "actor": .string(text),
      "auth": .object(["method": .string(text)]), "request": .null,
      "data": .object(["first": .string(text)]),
    ])
  }

  @Test("an export is the header and a record for each entry, in both formats")
  func export() async throws {
    let home = try Home()
    let ledger = try await home.open()
    try await ledger.append((1..<1_200).map { Sample.exported($0) })
    let csv = try await export(ledger, .csv)
    #expect(try records(String(decoding: csv, as: UTF8.self)).count == 1_201)
    let lines = try await export(ledger, .jsonl).split(separator: UInt8(ascii: "\n"))
    #expect(lines.map { Array($0) } == (try home.bodies()))
  }

  private func export(_ ledger: Ledger, _ format: ExportFormat) async throws -> [UInt8] {
    var bytes = ledger.exportHeader(format)
    let selection = Selection(size: ledger.state.nextSeq)
    var next: Int64? = 0
    while let from = next {
      let page = try await ledger.exportPage(selection, from: from, as: format)
      bytes += page?.bytes ?? []
      next = page?.next
    }
    return bytes
  }

  @Test("an export takes what was selected")
  func selection() async throws {
    let home = try Home()
    let ledger = try await home.open()
    let start = home.clock.now
    try await ledger.append(Sample.submitted(Sample.id("AAAAAAA1")))
    home.clock.advance(byMs: 60_000)
    try await ledger.append(.requestDenied(Sample.id("AAAAAAA1")))
    try await ledger.append(Sample.exported(3))

    func kinds(_ selection: Selection) async throws -> [String] {
      let page = try await ledger.exportPage(selection, from: 0, as: .jsonl)
      return try (page?.bytes ?? []).split(separator: UInt8(ascii: "\n")).map {
        try #require(try JSON(parsing: $0)["kind"]?.text)
      }
    }
    #expect(try await kinds(Selection(size: 2)) == ["log.opened", "request.submitted"])
    #expect(
      try await kinds(Selection(size: 4, since: home.clock.now))
        == ["request.denied", "audit.exported"])
    #expect(
      try await kinds(Selection(size: 4, since: start, until: home.clock.now))
        == ["log.opened", "request.submitted"])
    #expect(
      try await kinds(Selection(size: 4, database: Sample.name("orders_PROD")))
        == ["request.submitted", "request.denied"])
    #expect(try await kinds(Selection(size: 4, database: Sample.name("stock_PROD"))) == [])
  }
}
