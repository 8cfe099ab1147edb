import AccessCore
import PostgresClient

/// One server, the broker's login there, and how long anything may take.
struct AdminServer: Sendable {
  private let access: DatabaseAccess
  private let password: @Sendable () throws -> String?

  /// - Parameter password: read anew for each connection, so that it can be rotated.
  init(access: DatabaseAccess, password: @escaping @Sendable () throws -> String?) {
    self.access = access
    self.password = password
  }

  /// For people: `db1.internal:5432`.
  var place: String { "\(access.endpoint.host):\(access.endpoint.port)" }

  /// Connects, within a few seconds.
  func open(database: String? = nil) async throws(ProvisioningError) -> AdminSession {
    let parameters = try parameters(database: database)
    do {
      return try await AdminSession(to: parameters)
    } catch {
      // Also a refused login: without one the server is as good as not there.
      throw ProvisioningError(
        .unreachable,
        """
        \(place) did not let \(access.admin.user) into the database \(parameters.dbname.inert): \
        \(error); see that the server runs, that the admin credential is right, and that the \
        admin may CONNECT
        """)
    }
  }

  private func parameters(database: String?) throws(ProvisioningError) -> ConnectionParameters {
    var parameters = ConnectionParameters(
      host: access.endpoint.host, port: access.endpoint.port, dbname: database ?? access.dbname,
      user: access.admin.user, sslmode: sslmode, sslrootcert: access.sslrootcert)
    switch access.admin.proof {
    case .password: parameters.password = try readPassword()
    case .certificate(let path, let key):
      parameters.sslcert = path
      parameters.sslkey = key
    case .peer: break
    }
    parameters.connectTimeoutSeconds = 3
    parameters.limits = SessionLimits(
      lockTimeoutMilliseconds: 2_000, statementTimeoutMilliseconds: 4_000,
      idleInTransactionTimeoutMilliseconds: 10_000)
    return parameters
  }

  private func readPassword() throws(ProvisioningError) -> String? {
    do { return try password() } catch {
      throw ProvisioningError(
        .unreachable, "the admin credential for \(place) could not be read: \(error)")
    }
  }

  private var sslmode: ConnectionParameters.SSLMode {
    switch access.sslmode {
    case .disable: .disable
    case .allow: .allow
    case .prefer: .prefer
    case .require: .require
    case .verifyCA: .verifyCA
    case .verifyFull: .verifyFull
    }
  }
}
