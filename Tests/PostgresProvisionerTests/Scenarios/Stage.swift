import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// One grant, with a scope and a schema that no other test has, in each of three databases.
struct Stage: Sendable {
  let test: TestServer
  let provisioner: PostgresProvisioner
  /// The name of the schema as well.
  let scope: String
  let role: CreatedRole
  /// The holder's; none of them may outlive the grant.
  let sessions = Shared<[Connection]>([])
  /// Those with three rows that somebody made during the grant.
  let tables = Shared<[(name: String, database: String)]>([])

  static let databases = ["postgres", "other", "third"]

  var name: String { role.identity.name }
  var oid: String { String(role.identity.oid) }

  static func setUp(on test: TestServer) async throws -> Stage {
    let scope = "scenario_\(UInt32.random(in: .min ... .max))"
    try await test.execute("CREATE ROLE \(scope) NOLOGIN")
    for database in databases {
      try await test.execute(
        """
        CREATE SCHEMA \(scope);
        GRANT USAGE, CREATE ON SCHEMA \(scope) TO \(scope);
        CREATE TABLE \(scope).orders (id int);
        INSERT INTO \(scope).orders VALUES (42);
        GRANT SELECT, UPDATE, TRIGGER ON \(scope).orders TO \(scope);
        """, dbname: database)
    }
    try await test.letGive(scope)
    let provisioner = test.provisioner()
    let role = try await provisioner.activate(test.plan([scope]))
    return Stage(test: test, provisioner: provisioner, scope: scope, role: role)
  }

  /// The holder comes in.
  func enter(_ database: String = "postgres") async throws -> Connection {
    let session = try await test.login(role, dbname: database)
    sessions.change { $0.append(session) }
    return session
  }

  /// The holder makes a table with three rows, which is somebody's work.
  func work(_ name: String, in database: String = "postgres") async throws {
    let session = try await enter(database)
    try await session.execute(
      """
      CREATE TABLE \(scope).\(name) (id int);
      INSERT INTO \(scope).\(name) VALUES (1), (2), (3);
      """)
    tables.change { $0.append(("\(scope).\(name)", database)) }
  }

  func revoke(_ fate: ResidueFate) async -> Ending {
    var target = role.target([scope])
    target.residue = fate
    target.onlyLooks = true
    let first = await provisioner.revoke(target)
    guard !first.found.isEmpty else { return Ending([first]) }
    target.onlyLooks = false
    return Ending([first, await provisioner.revoke(target)])
  }

  /// What the superuser reads in one database, a line for each row.
  func read(_ sql: String, in database: String = "postgres") async throws -> [String] {
    let superuser = try await test.server.superuser(dbname: database)
    let rows = try await superuser.query(sql)
    await superuser.close()
    return try rows.map { row in try row[0] ?? "" }
  }
}

/// Clients that come back all the time, until they are told to stop.
struct Storm: Sendable {
  private let isOver = Shared(false)
  private let logins = Shared(0)
  private let clients: Task<Void, any Error>

  /// Returns when all of them were in.
  init(
    of count: Int, on stage: Stage,
    _ act: @escaping @Sendable (Connection) async throws -> Void
  ) async throws {
    let (isOver, logins) = (isOver, logins)
    clients = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<count {
          group.addTask {
            while !isOver.value {
              // Refused or thrown out: what these clients are here for.
              do throws(any Error) {
                let connection = try await stage.test.login(stage.role)
                logins.change { $0 += 1 }
                try await act(connection)
                await connection.close()
              } catch let error as PostgresError where error.kind != .misuse { continue }
            }
          }
        }
        try await group.waitForAll()
      }
    }
    try await eventually("all clients were in") { logins.value > 3 * count }
  }

  /// For when the role is gone: none of them came in since.
  func expectKeptOut() async throws {
    let before = logins.value
    try await Task.sleep(for: .milliseconds(100))
    #expect(logins.value == before)
    isOver.change { $0 = true }
    try await clients.value
  }
}
