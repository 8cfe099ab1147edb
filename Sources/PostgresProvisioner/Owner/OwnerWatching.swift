import AccessCore
import PostgresClient

extension PostgresProvisioner {
  /// In the database of the policy, and of what all databases share.
  package func snapshot(
    of owner: String, on systemIdentifier: String
  ) async throws(ProvisioningError) -> OwnerSnapshot {
    let marker = markerRole
    return try await admins.run(.issuing, on: systemIdentifier) { connection in
      OwnerSnapshot(
        try connection.query(.belongings(of: owner, marker: marker))
          .map { row throws(PostgresError) in
            OwnerSnapshot.Item(
              database: try row.text("database"), kind: try row.text("kind"),
              name: try row.text("name"), value: try row["value"] ?? "")
          })
    }.value
  }
}
