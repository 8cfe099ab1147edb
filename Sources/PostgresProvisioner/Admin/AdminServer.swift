import AccessCore
import PostgresClient

/// One server, the broker's login there, and how long anything may take.
struct AdminServer: Sendable {
  private let access: DatabaseAccess
  private let passwords: @Sendable () throws -> [Secret]

  /// - Parameter passwords: read anew for each connection; while one is rotated, the present one
  ///   and the next.
  init(access: DatabaseAccess, passwords: @escaping @Sendable () throws -> [Secret]) {
    self.access = access
    self.passwords = passwords
  }

  /// For people: `db1.internal:5432`.
  var place: String { "\(access.endpoint.host):\(access.endpoint.port)" }

  /// Connects, within a few seconds.
  func open(database: String? = nil) async throws(ProvisioningError) -> AdminSession {
    var refusal: ProvisioningError?
    for password in try readPasswords() {
      let parameters = parameters(database: database, password: password)
      do { return try await AdminSession(to: parameters) } catch {
        // Also a refused login: without one the server is as good as not there.
        refusal =
          refusal
          ?? ProvisioningError(
            .unreachable,
            """
            \(place) did not let \(access.admin.user) into the database \
            \(parameters.dbname.inert): \(error); see that the server runs, that the admin \
            credential is right, and that the admin may CONNECT
            """)
        guard (error as? PostgresError)?.sqlState == .invalidPassword else { break }
      }
    }
    throw refusal
      ?? ProvisioningError(.unreachable, "there is no admin credential for \(place)")
  }

  /// Connects by this very password and no other one.
  func prove(_ password: Secret) async throws(ProvisioningError) -> AdminSession {
    let server = AdminServer(access: access, passwords: { [password] })
    return try await server.open()
  }

  private func parameters(database: String?, password: Secret?) -> ConnectionParameters {
    var parameters = ConnectionParameters(
      host: access.endpoint.host, port: access.endpoint.port, dbname: database ?? access.dbname,
      user: access.admin.user, sslmode: sslmode, sslrootcert: access.sslrootcert)
    switch access.admin.proof {
    case .password: parameters.password = password?.reveal()
    case .certificate(let path, let key):
      parameters.sslcert = path
      parameters.sslkey = key
    case .peer: break
    }
    parameters.connectTimeoutSeconds = 3
    // What is looked up is in memory, and few among many: a scan of everything is never cheaper.
    parameters.options = "-c random_page_cost=0.1"
    parameters.limits = SessionLimits(
      lockTimeoutMilliseconds: 2_000, statementTimeoutMilliseconds: 4_000,
      idleInTransactionTimeoutMilliseconds: 10_000)
    return parameters
  }

  /// What is to be tried, in this order; nil stands for none.
  private func readPasswords() throws(ProvisioningError) -> [Secret?] {
    switch access.admin.proof {
    case .certificate, .peer: return [nil]
    case .password: break
    }
    do { return try passwords() } catch {
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
