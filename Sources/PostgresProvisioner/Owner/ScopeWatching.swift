import AccessCore
import PostgresClient

extension PostgresProvisioner {
  /// In the database of the policy, and, as numbers and digests, in the others.
  package func snapshot(
    ofScopes scopes: [String], before: [String], on systemIdentifier: String
  ) async throws(ProvisioningError) -> OwnerSnapshot {
    let marker = markerRole
    return try await admins.run(.issuing, on: systemIdentifier) { connection in
      OwnerSnapshot(
        try connection.query(
          .standing(
            of: scopes, before: before, marker: marker, limit: Limits.snapshotListedMax)
        ).map { row throws(PostgresError) in
          OwnerSnapshot.Item(
            database: try row.text("database"), kind: try row.text("kind"),
            name: try row.text("name"), value: try row["value"] ?? "")
        })
    }.value
  }
}
