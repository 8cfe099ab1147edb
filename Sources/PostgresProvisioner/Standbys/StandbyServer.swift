import AccessCore
import PostgresClient
import Threads

/// One standby: a connection to it, and what it says of roles. Nothing can be changed there but
/// sessions, which can be ended as everywhere.
actor StandbyServer {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private let access: DatabaseAccess
  private let endpoint: Endpoint
  private let passwords: @Sendable () throws -> [Secret]
  private var connection: Connection?
  /// Why it could not be reached a moment ago, and until when that counts.
  private var shut: (reason: String, until: ContinuousClock.Instant)?

  init(
    _ endpoint: Endpoint, of access: DatabaseAccess,
    passwords: @escaping @Sendable () throws -> [Secret]
  ) {
    (self.endpoint, self.access, self.passwords) = (endpoint, access, passwords)
  }

  /// For people: `db2.internal:5432`.
  nonisolated var place: String { "\(endpoint.host):\(endpoint.port)" }

  /// For how long a standby that cannot be reached holds up nobody else.
  private static let shutFor = Duration.seconds(5)
  private static let patience = Duration.seconds(2)

  /// Runs `body` on the one connection, within a bound.
  func run<Value: Sendable>(
    _ body: @Sendable (isolated Connection) throws -> Value
  ) async throws(StandbyTrouble) -> Value {
    let connection = try await open()
    let alarm = Alarm(after: Self.patience) { connection.sever() }
    defer { alarm.cancel() }
    do { return try await connection.perform(body) } catch {
      if self.connection === connection { self.connection = nil }
      await connection.close()
      throw StandbyTrouble(description: "\(error)")
    }
  }

  func close() async {
    await connection?.close()
    connection = nil
  }

  private func open() async throws(StandbyTrouble) -> Connection {
    if let connection { return connection }
    if let shut, ContinuousClock.now < shut.until {
      throw StandbyTrouble(description: shut.reason)
    }
    do {
      let opened = try await connect()
      shut = nil
      // Somebody may have been quicker; then theirs is closed with its last use.
      connection = opened
      return opened
    } catch {
      shut = ("\(error)", .now + Self.shutFor)
      throw StandbyTrouble(description: "\(error)")
    }
  }

  /// By the database of the policy, or by one that every server has.
  private func connect() async throws -> Connection {
    var refusal: any Error = StandbyTrouble(description: "there is no admin credential")
    for database in [access.dbname, "postgres"] {
      for password in try secrets() {
        do { return try await .open(parameters(database, password)) } catch { refusal = error }
      }
    }
    throw refusal
  }

  private func secrets() throws -> [Secret?] {
    switch access.admin.proof {
    case .certificate, .peer: [nil]
    case .password: try passwords()
    }
  }

  private func parameters(_ database: String, _ password: Secret?) -> ConnectionParameters {
    var parameters = ConnectionParameters(
      host: endpoint.host, port: endpoint.port, dbname: database, user: access.admin.user,
      password: password?.reveal(),
      sslmode: .init(rawValue: access.sslmode.rawValue) ?? .verifyFull,
      sslrootcert: access.sslrootcert)
    if case .certificate(let path, let key) = access.admin.proof {
      (parameters.sslcert, parameters.sslkey) = (path, key)
    }
    parameters.connectTimeoutSeconds = 2
    // Settings of roles and databases are replicated, too.
    parameters.options = "-c role=none -c post_auth_delay=0 -c exit_on_error=off -c jit=off"
    parameters.limits = SessionLimits(
      lockTimeoutMilliseconds: 1_000, statementTimeoutMilliseconds: 2_000,
      idleInTransactionTimeoutMilliseconds: 10_000)
    return parameters
  }
}

/// Why a standby did not answer.
struct StandbyTrouble: Error, CustomStringConvertible {
  let description: String
}

extension Connection {
  fileprivate func perform<Value: Sendable>(
    _ body: @Sendable (isolated Connection) throws -> Value
  ) throws -> Value {
    try body(self)
  }
}
