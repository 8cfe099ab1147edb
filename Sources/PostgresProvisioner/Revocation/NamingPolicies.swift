import AccessCore
import PostgresClient

extension Statement {
  static func policies(naming oid: UInt32) -> Statement {
    policies(naming: oid, limit: Limits.residueListedMax)
  }
}

extension Remain {
  /// Policies that name the role, each with the statement that ends that, and how many more there
  /// are.
  static func policies(_ rows: Rows) throws(PostgresError) -> [Remain] {
    let policies = try rows.map { row throws(PostgresError) in try Remain(policy: row) }
    guard let first = rows.first else { return [] }
    let more = try first.int("total") - rows.count
    guard more > 0 else { return policies }
    return policies + [
      Remain(
        residue: Residue(
          database: try first.text("database"), kind: "policy", name: "(\(more) more)",
          note: "name the role; they show when those before them are gone"),
        isOwned: false, holdsData: false)
    ]
  }

  private init(policy row: Row) throws(PostgresError) {
    let note =
      try row.bool("is_own")
      ? "names the role; it goes with the role's table"
      : """
      names the role; \(try row.text("owner")), who owns the table, can end that: \
      \(try row.text("sql"))
      """
    self.init(
      residue: Residue(
        database: try row.text("database"), kind: "policy", name: try row.text("name"), note: note),
      isOwned: false, holdsData: false)
  }
}
