import AccessCore
import PostgresClient

extension Connection {
  /// What keeps the role from being dropped: by name in this database, by number in the others.
  func residue(of oid: UInt32) throws(PostgresError) -> [Residue] {
    let answers = try pipeline([.residue(of: oid), .residueElsewhere(of: oid)])
    var residue: [Residue] = []
    for row in answers[0] {
      residue.append(
        Residue(
          database: try row.text("database"), kind: try row["kind"] ?? "object",
          name: try row["name"] ?? "(gone meanwhile)",
          note: meaning(ofDependency: try row.text("deptype"))))
    }
    for row in answers[1] {
      let (database, number) = (try row.text("database"), try row.int("number"))
      residue.append(
        Residue(
          database: database, kind: "object", name: number == 1 ? "1 object" : "\(number) objects",
          note: "connect to \(database) to see what it is"))
    }
    return residue
  }
}

/// Source: PostgreSQL documentation, `pg_shdepend.deptype`.
private func meaning(ofDependency type: String) -> String? {
  switch type {
  case "o": "owned by the role"
  case "a": "the role was granted privileges on it"
  case "i": "the role is in its initial privileges"
  case "r": "a row security policy names the role"
  default: nil
  }
}
