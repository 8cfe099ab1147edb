import AccessCore
import PostgresClient

/// One server, the broker's login there, and how long anything may take.
struct AdminServer: Sendable {
  private let access: DatabaseAccess
  private let passwords: @Sendable () throws -> [Secret]
  private let known: KnownServer

  /// - Parameter passwords: read anew for each connection; while one is rotated, the present one
  ///   and the next.
  init(access: DatabaseAccess, passwords: @escaping @Sendable () throws -> [Secret]) {
    self.init(access: access, passwords: passwords, known: KnownServer())
  }

  private init(
    access: DatabaseAccess, passwords: @escaping @Sendable () throws -> [Secret],
    known: KnownServer
  ) {
    (self.access, self.passwords, self.known) = (access, passwords, known)
  }

  /// For people: `db1.internal:5432`.
  var place: String { "\(access.endpoint.host):\(access.endpoint.port)" }

  /// How many databases beside that of the policy are tried.
  static let doorsMax = 6

  /// Connects, within a few seconds.
  func open(_ door: AdminDoor = .home) async throws(RefusedDoor) -> AdminSession {
    switch door {
    case .home: return try await enter(access.dbname)
    case .only(let database): return try await enter(database)
    case .any: break
    }
    var (full, refusal): ([String], RefusedDoor?) = ([], nil)
    for database in known.doors(besides: access.dbname).prefix(Self.doorsMax + 1) {
      do {
        let session = try await enter(database)
        // Then it was not the server that was full.
        for database in full { known.noteShut(database) }
        return session
      } catch {
        let isHome = database == access.dbname
        if error.isFull { full.append(database) } else { known.noteShut(database) }
        // What the policy says is what people can correct.
        refusal = isHome ? error : refusal ?? error
        // Two databases that are full are a server that is; and a server can ask for other proof
        // elsewhere than at home.
        if full.count > 1 || !error.mayBeOfTheDatabase && (isHome || !error.isAnswer) {
          throw error
        }
      }
    }
    throw refusal
      ?? RefusedDoor(ProvisioningError(.unreachable, "no database of \(place) is known"))
  }

  func isHome(_ session: AdminSession) -> Bool { session.database == access.dbname }

  /// Whether nothing speaks for another door than the one by which it came in.
  func isBest(_ session: AdminSession) -> Bool {
    known.doors(besides: access.dbname).first == session.database
  }

  /// The next one comes in by another door.
  func noteShut(_ session: AdminSession) { known.noteShut(session.database) }

  /// Connects by this very password and no other one.
  func prove(_ password: Secret) async throws(RefusedDoor) -> AdminSession {
    let server = AdminServer(access: access, passwords: { [password] }, known: known)
    return try await server.open(.any)
  }

  private func enter(_ database: String) async throws(RefusedDoor) -> AdminSession {
    var refusal: RefusedDoor?
    for password in try readPasswords() {
      do { return try await enter(database, by: password) } catch {
        // Also a refused login: without one the server is as good as not there.
        let refused = RefusedDoor(
          ProvisioningError(
            .unreachable,
            """
            \(place) did not let \(access.admin.user) into the database \(database.inert): \
            \(error.reason); see that the server runs, that the admin credential is right, and \
            that the admin may CONNECT
            """),
          by: error)
        refusal = refusal ?? refused
        guard (error.reason as? PostgresError)?.sqlState == .invalidPassword else { break }
      }
    }
    throw refusal
      ?? RefusedDoor(ProvisioningError(.unreachable, "there is no admin credential for \(place)"))
  }

  /// States what can be stated on the server's version. When nobody knows that yet, or it is another
  /// one than before, that takes two logins.
  private func enter(
    _ database: String, by password: Secret?
  ) async throws(ShutDoor) -> AdminSession {
    for _ in 0..<3 {
      let assumed = known.version
      let parameters = parameters(database, password, serverVersion: assumed)
      let session: AdminSession
      do {
        session = try await AdminSession(to: parameters, besides: access.dbname) {
          Dialect(serverVersion: $0).hasSettings(of: Dialect(serverVersion: assumed ?? 0))
        }
      } catch {
        let shut = ShutDoor(reason: error)
        let version = (error as? UnsettledSession)?.serverVersion
        guard version != nil || assumed != nil && shut.isUnknownSetting else { throw shut }
        known.version = version
        continue
      }
      known.note(session)
      return session
    }
    throw ShutDoor(reason: UselessSession(description: "its version changes all the time"))
  }

  private func parameters(
    _ database: String, _ password: Secret?, serverVersion: Int?
  ) -> ConnectionParameters {
    var parameters = ConnectionParameters(
      host: access.endpoint.host, port: access.endpoint.port, dbname: database,
      user: access.admin.user, sslmode: sslmode, sslrootcert: access.sslrootcert)
    switch access.admin.proof {
    case .password: parameters.password = password?.reveal()
    case .certificate(let path, let key):
      parameters.sslcert = path
      parameters.sslkey = key
    case .peer: break
    }
    parameters.connectTimeoutSeconds = 3
    parameters.options = AdminSettings.options(
      of: access.admin.user, serverVersion: serverVersion)
    parameters.limits = SessionLimits(
      lockTimeoutMilliseconds: 2_000, statementTimeoutMilliseconds: 4_000,
      idleInTransactionTimeoutMilliseconds: 10_000)
    return parameters
  }

  /// What is to be tried, in this order; nil stands for none.
  private func readPasswords() throws(RefusedDoor) -> [Secret?] {
    switch access.admin.proof {
    case .certificate, .peer: return [nil]
    case .password: break
    }
    do { return try passwords() } catch {
      throw RefusedDoor(
        ProvisioningError(
          .unreachable, "the admin credential for \(place) could not be read: \(error)"))
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
