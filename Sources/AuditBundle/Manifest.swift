import AccessCore
import TransparencyLog

/// `manifest.json`: what was exported. It is not signed; what it says is checked against the rest.
package struct Manifest: Sendable, Equatable {
  package var origin: String
  package var size: UInt64
  package var withheld: UInt64
  package var openings: UInt64
  /// SHA-256 of `grants.csv`.
  package var grants: Digest
  /// As they were given, by their names; only those that were.
  package var filters: [String: String]
  package var exportedAt: Timestamp

  package static let version: Int64 = 1

  package init(
    origin: String, size: UInt64, withheld: UInt64, openings: UInt64, grants: Digest,
    filters: [String: String], exportedAt: Timestamp
  ) {
    self.origin = origin
    self.size = size
    self.withheld = withheld
    self.openings = openings
    self.grants = grants
    self.filters = filters
    self.exportedAt = exportedAt
  }

  package var json: JSON {
    .object([
      "v": .integer(Manifest.version), "origin": .string(origin), "size": .integer(Int64(size)),
      "withheld": .integer(Int64(withheld)), "openings": .integer(Int64(openings)),
      "grants_sha256": .string(grants.description),
      "filters": .object(filters.mapValues(JSON.string)),
      "exported_at": .string(exportedAt.description),
    ])
  }

  init(parsing bytes: [UInt8]) throws(BundleFinding) {
    guard let json = try? JSON(parsing: bytes), json["v"] == .integer(Manifest.version) else {
      throw .manifest("v")
    }
    origin = try Self.read("origin", json["origin"]?.text)
    size = try Self.read("size", json["size"]?.count)
    withheld = try Self.read("withheld", json["withheld"]?.count)
    openings = try Self.read("openings", json["openings"]?.count)
    grants = try Self.read("grants_sha256", json["grants_sha256"]?.text.flatMap(Digest.init(hex:)))
    guard case .object(let members)? = json["filters"] else { throw .manifest("filters") }
    filters = members.compactMapValues(\.text)
    exportedAt = try Self.read(
      "exported_at", json["exported_at"]?.text.flatMap(Timestamp.init(_:)))
  }

  private static func read<Value>(
    _ field: String, _ value: Value?
  ) throws(BundleFinding) -> Value {
    guard let value else { throw .manifest(field) }
    return value
  }
}

extension JSON {
  fileprivate var count: UInt64? {
    guard case .integer(let number) = self else { return nil }
    return UInt64(exactly: number)
  }
}
