import AccessCore
import PostgresClient

/// One thing that a role left behind.
struct Remain: Sendable {
  let residue: Residue
  let isOwned: Bool
  /// Somebody's work may be in it.
  let holdsData: Bool
}

extension Connection {
  /// What hangs on the role in this database, and with `withShared` also what belongs to none.
  func remains(of role: RoleRecord, withShared: Bool) throws(PostgresError) -> [Remain] {
    let answers = try pipeline([
      .residue(of: role.oid, withShared: withShared), .grants(to: role.oid, withShared: withShared),
      .triggers(calling: role.oid), .subscriptions(of: role.oid), .policies(naming: role.oid),
    ])
    let name = try quoted(identifier: role.name)
    return try answers[0].map { row throws(PostgresError) in try Remain(row) }
      + answers[1].map { row throws(PostgresError) in try Remain(grant: row, to: name) }
      + answers[2].map { row throws(PostgresError) in try Remain(trigger: row) }
      + answers[3].map { row throws(PostgresError) in try Remain(subscription: row) }
      + Remain.policies(answers[4])
  }
}

extension Remain {
  fileprivate init(_ row: Row) throws(PostgresError) {
    let kind = try row["kind"] ?? "object"
    isOwned = try row.text("deptype") == "o"
    holdsData = try row.bool("holds_data")
    let note: String
    switch (try row.text("deptype"), try row["is_definer"]) {
    case ("o", "t"): note = "code of the holder's, which runs as the role"
    case ("o", "f"): note = "code of the holder's, which runs as whoever calls it"
    case ("o", _): note = holdsData ? "owned by the role; it holds data" : "owned by the role"
    case ("a", _): note = "names the role"
    // Source: PostgreSQL documentation, `pg_shdepend.deptype`.
    case (let type, _): note = "it depends on the role (\(type))"
    }
    residue = Residue(
      database: try row.text("database"), kind: kind, name: try row["name"] ?? "(gone meanwhile)",
      note: note)
  }

  /// A stranger's: only they can take it back.
  fileprivate init(grant row: Row, to role: String) throws(PostgresError) {
    let (grantor, target) = (try row.text("grantor"), try row.text("target"))
    (isOwned, holdsData) = (false, false)
    residue = Residue(
      database: try row.text("database"), kind: "grant",
      name: "\(try row.text("privileges")) on \(target)",
      note: "given to the role by \(grantor), who can end it: REVOKE ALL ON \(target) FROM \(role)")
  }

  fileprivate init(trigger row: Row) throws(PostgresError) {
    (isOwned, holdsData) = (false, false)
    let type = try row.int("tgtype")
    // Source: PostgreSQL's catalog/pg_trigger.h.
    let acts = [(4, "inserts into"), (16, "updates"), (8, "deletes from"), (32, "truncates")]
      .filter { type & $0.0 != 0 }.map(\.1)
    residue = Residue(
      database: try row.text("database"), kind: "trigger",
      name: "\(try row.text("tgname")) on \(try row.text("table_name"))",
      note: """
        runs the holder's function \(try row.text("function")) when somebody \
        \(acts.joined(separator: " or ")) the table
        """)
  }

  fileprivate init(subscription row: Row) throws(PostgresError) {
    (isOwned, holdsData) = (true, false)
    residue = Residue(
      database: try row.text("database"), kind: "subscription", name: try row.text("subname"),
      note: "its slot on the other server, if it has one, is to be dropped there")
  }
}
