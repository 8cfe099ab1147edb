import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func tableAccess(of roles: [String]) async throws(ProvisioningError) -> TableAccess {
    try await admins.run(.issuing) { connection in
      let dialect = Dialect(serverVersion: connection.serverVersion)
      let rows = try connection.query(.tables(for: roles, limit: Limits.tablesShownMax, dialect))
      let tables = try rows.map { row throws(PostgresError) in
        TableAccess.Table(
          name: try row.text("name"),
          privileges: try row.text("privileges").split(separator: ", ").map(String.init))
      }
      let total = try rows.first?.int("total") ?? 0
      return TableAccess(tables, more: total - tables.count)
    }.value
  }
}
