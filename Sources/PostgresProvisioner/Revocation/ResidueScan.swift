import AccessCore
import PostgresClient

/// One thing that a role left behind, or as many of one kind as are not named.
struct Remain: Sendable {
  let residue: Residue
  let isOwned: Bool
  /// Somebody's work may be in it.
  let holdsData: Bool
}

extension [Remain] {
  /// How many things the role owns, those included that are not named.
  var owned: Int { filter(\.isOwned).reduce(0) { $0 + $1.residue.count } }
}

extension Connection {
  /// What hangs on the role in this database, and with `withShared` also what belongs to none. Of each
  /// kind some are named and all are counted: the holder chooses how many there are.
  func remains(of role: RoleRecord, withShared: Bool) throws(PostgresError) -> [Remain] {
    let answers = try pipeline([
      .residue(of: role.oid, withShared: withShared), .grants(to: role.oid, withShared: withShared),
      .triggers(calling: role.oid), .subscriptions(of: role.oid), .ownerless(of: role.oid),
      .policies(naming: role.oid),
    ])
    let name = try quoted(identifier: role.name)
    return try named(answers[0])
      + named(answers[1]) { row throws(PostgresError) in try Remain(grant: row, to: name) }
      + named(answers[2]) { row throws(PostgresError) in try Remain(trigger: row) }
      + named(answers[3]) { row throws(PostgresError) in try Remain(subscription: row) }
      + named(answers[4]) { row throws(PostgresError) in try Remain(ownerless: row) }
      + Remain.policies(answers[5])
  }

  /// Of many kinds: the last of each that is named, by its `place`, is followed by how many more there
  /// are.
  private func named(_ rows: Rows) throws(PostgresError) -> [Remain] {
    var remains: [Remain] = []
    for row in rows {
      let remain = try Remain(row)
      remains.append(remain)
      let (place, total) = (try row.int("place"), try row.int("total"))
      if place == Limits.residueOfAKindMax, total > place {
        remains.append(remain.rest(total - place))
      }
    }
    return remains
  }

  /// Of one kind, of which each row has the `total`.
  private func named(
    _ rows: Rows, _ remain: (Row) throws(PostgresError) -> Remain
  ) throws(PostgresError) -> [Remain] {
    var remains = try rows.map(remain)
    guard let first = rows.first, let last = remains.last else { return [] }
    let more = try first.int("total") - remains.count
    if more > 0 { remains.append(last.rest(more)) }
    return remains
  }
}

extension Remain {
  /// So many more like this one.
  fileprivate func rest(_ count: Int) -> Remain {
    Remain(
      residue: .rest(
        count, of: residue.kind, in: residue.database,
        note: isOwned ? residue.note : "of the same kind; they are not named here"),
      isOwned: isOwned, holdsData: holdsData)
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

  /// It goes when what it is for goes.
  fileprivate init(ownerless row: Row) throws(PostgresError) {
    (isOwned, holdsData) = (false, false)
    residue = Residue(
      database: try row.text("database"), kind: try row.text("kind"), name: try row.text("name"),
      note: "it belongs to nobody, and is for something of the role's")
  }
}
