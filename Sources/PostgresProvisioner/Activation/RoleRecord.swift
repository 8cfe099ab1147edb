import AccessCore
import PostgresClient

/// A role that the server has now.
struct RoleRecord: Sendable, Equatable {
  let oid: UInt32
  let name: String
  let comment: String?
  /// A revocation of it has begun.
  let isFenced: Bool
}

extension RoleRecord {
  init(_ row: Row) throws(PostgresError) {
    self.init(
      oid: try row.oid("oid"), name: try row.text("rolname"), comment: try row["comment"],
      isFenced: try row.bool("is_fenced"))
  }
}

extension Connection {
  /// The roles that have the OID or the name.
  func roles(oid: UInt32?, name: String) throws(PostgresError) -> [RoleRecord] {
    var records: [RoleRecord] = []
    for row in try query(.role(oid: oid, name: name).kept) {
      records.append(try RoleRecord(row))
    }
    return records
  }
}

extension OriginTag {
  /// Whether nothing about the role has changed since we made it.
  func fits(_ record: RoleRecord, _ identity: RoleIdentity) -> Bool {
    record.oid == identity.oid && record.name == identity.name && marks(record.comment)
  }
}
