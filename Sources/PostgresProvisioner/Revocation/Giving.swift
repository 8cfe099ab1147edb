import AccessCore
import PostgresClient

/// What of the role's was not given to anybody, by name, and why.
typealias Kept = [String: String]

extension Connection {
  /// Gives what provably is data to another role. What is not given stays what it is, and is looked at
  /// with the rest.
  func give(
    to heir: String, _ cleaning: Cleaning, _ disposal: inout Disposal
  ) throws(PostgresError) {
    guard let power = try query(.power(of: heir)).first else { return }
    let (oid, toPowerful) = (cleaning.role.oid, try power.bool("is_powerful"))
    let newOwner = try quoted(identifier: heir)
    // A plan that is good for a few things takes forever for many.
    try execute("SET enable_nestloop = off")
    // They would become the heir's grants: whoever has TRIGGER puts code on what is now the heir's.
    var given = try executeEach(of: .undoingGrants(of: oid), until: cleaning.deadline)
    given.add(
      try belonging(to: heir) { connection throws(PostgresError) in
        try connection.executeEach(
          of: .giving(from: oid, toPowerful: toPowerful), until: cleaning.deadline, ending: newOwner
        )
      })
    for row in try query(.keeping(of: oid, toPowerful: toPowerful)) {
      disposal.kept[try row.text("name")] = try row.text("reason")
    }
    try execute("RESET enable_nestloop")
    disposal.refusal = try Obstacle(cleaning: cleaning.role, given)
  }
}

extension Residue {
  /// With the reason, where there is one.
  func kept(_ reasons: Kept) -> Residue {
    guard let reason = reasons[name] else { return self }
    return Residue(
      database: database, kind: kind, name: name,
      note: [note, "not given away: \(reason)"].compactMap(\.self).joined(separator: "; "))
  }
}
