import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

/// Up to 15 a holder can become its scope. Two of them leave things in one name.
@Suite("a scope that another live grant has, too")
struct SharedScopeTests {
  private static let majors = TestedVersions.majors.filter { $0 < 16 }

  /// Two grants of one scope.
  private func setUp(_ major: Int) async throws -> (Stage, other: CreatedRole) {
    let stage = try await Stage.setUp(on: TestServer.shared(major: major))
    return (stage, try await stage.provisioner.activate(stage.test.plan([stage.scope])))
  }

  private func left(_ stage: Stage) async throws -> Set<String> {
    Set(
      try await stage.read(
        """
        SELECT relname FROM pg_class WHERE relowner = '\(stage.scope)'::regrole AND relkind = 'r'
        UNION ALL
        SELECT gid FROM pg_prepared_xacts WHERE owner = '\(stage.scope)'
        UNION ALL
        SELECT 'default' FROM pg_default_acl WHERE defaclrole = '\(stage.scope)'::regrole
        """))
  }

  @Test("what was made as the scope is kept and told, and goes with the last", arguments: majors)
  func kept(major: Int) async throws {
    let (stage, other) = try await setUp(major)
    let session = try await stage.test.login(other)
    try await session.execute(
      """
      SET ROLE \(stage.scope);
      CREATE TABLE \(stage.scope).work (id int);
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO bob;
      """)
    try await session.execute("BEGIN; INSERT INTO \(stage.scope).work VALUES (1)")
    try await session.execute("PREPARE TRANSACTION '\(stage.scope) later'")
    let all: Set = ["work", "\(stage.scope) later", "default"]

    let batch = await stage.provisioner.revokeTogether([stage.role.target([stage.scope])])
    #expect(batch[0].outcome != .ended && batch[0].sessionsGoneAfterMs != nil)
    let ending = await stage.revoke(.drop)
    #expect(ending.end == .ended)
    #expect(ending.preparedRolledBack == 0 && ending.objectsDropped == 0)
    #expect(try await left(stage) == all)
    #expect(
      ending.last.residue.map(\.note) == [
        """
        1 prepared transactions of its were kept: \(other.identity.name) has the scope still, and \
        it may be that grant's
        """,
        """
        2 things of its were kept: \(other.identity.name) has the scope still, and it may be that \
        grant's
        """,
      ])
    #expect(try await session.query("SELECT 1").count == 1, "the other one goes on")

    var target = other.target([stage.scope])
    target.residue = .drop
    let last = await stage.provisioner.revoke(target)
    expectEnded(last)
    #expect(last.preparedRolledBack == 1)
    #expect(try await left(stage) == [])
    await stage.provisioner.close()
  }

  @Test("what holds the role itself goes, whosever it may be", arguments: majors)
  func inTheWay(major: Int) async throws {
    let (stage, other) = try await setUp(major)
    let holder = try await stage.enter()
    try await holder.execute(
      "BEGIN; ALTER ROLE \(stage.name) PASSWORD 'mine'; SET ROLE \(stage.scope)")
    try await holder.execute("PREPARE TRANSACTION '\(stage.scope) lock'")
    let session = try await stage.test.login(other)
    try await session.execute("SET ROLE \(stage.scope)")
    try await session.execute("BEGIN; UPDATE \(stage.scope).orders SET id = 1")
    try await session.execute("PREPARE TRANSACTION '\(stage.scope) work'")
    let ending = await stage.revoke(.keep)
    #expect(ending.end == .ended && ending.preparedRolledBack == 1)
    #expect(try await left(stage) == ["\(stage.scope) work"])
    expectEnded(await stage.provisioner.revoke(other.target([stage.scope])))
    #expect(try await left(stage) == [])
    await stage.provisioner.close()
  }

  @Test("two that end together leave nothing", arguments: majors)
  func together(major: Int) async throws {
    let (stage, other) = try await setUp(major)
    try await stage.test.login(other).execute(
      "ALTER DEFAULT PRIVILEGES FOR ROLE \(stage.scope) GRANT SELECT ON TABLES TO bob")
    let targets = [stage.role, other].map { $0.target([stage.scope]) }
    for revocation in await stage.provisioner.revokeTogether(targets) {
      #expect(revocation.outcome != .ended && revocation.fenced)
    }
    for target in targets { expectEnded(await stage.provisioner.revoke(target)) }
    #expect(try await left(stage) == [])
    await stage.provisioner.close()
  }
}
