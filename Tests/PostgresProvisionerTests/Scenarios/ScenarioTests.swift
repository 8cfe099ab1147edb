import AccessCore
import PostgresClient
import PostgresProvisioner
import Testing

/// Whatever the holder or somebody else did: the grant ends as the row says, the receipt says what
/// the catalog says, and a repetition finds nothing to do.
@Suite("scenarios")
struct ScenarioTests {
  @Test(
    "ends", arguments: Scenario.all.filter { $0.versions.contains(TestServer.major) })
  func ends(_ scenario: Scenario) async throws {
    if scenario.isAlone {
      try await withTestServer { try await play(scenario, on: $0) }
    } else {
      try await play(scenario, on: TestServer.shared)
    }
  }

  private func play(_ scenario: Scenario, on test: TestServer) async throws {
    let stage = try await Stage.setUp(on: test)
    let check = try await scenario.act(stage)
    let before = try await stage.owned(withScope: true)
    let ending = await stage.revoke(scenario.policy.fate)
    #expect(ending.end == scenario.end, "\(ending.last)")
    try await stage.expectTrue(ending, before)
    if scenario.policy == .keep { try await stage.expectWorkIsThere() }
    try await check(ending)

    if case .ended = ending.end {
      let again = await stage.revoke(scenario.policy.fate)
      expectEnded(again.last)
      #expect(again.preparedRolledBack == 0 && again.objectsDropped == 0)
    } else {
      // Somebody decides, and what was half done is done.
      let kept = try await stage.owned(withScope: true)
      let last = await stage.revoke(.drop)
      #expect(last.end == .ended, "\(last.last)")
      try await stage.expectTrue(last, kept)
    }
    await stage.provisioner.close()
  }
}

extension Stage {
  /// What the role owns, `database: name`; before its end also what its scope owns, which then is
  /// looked at as the role's. What a session only has for itself goes with it.
  func owned(withScope: Bool) async throws -> Set<String> {
    var owned: Set<String> = []
    for (place, database) in Self.databases.enumerated() {
      owned.formUnion(
        try await read(
          """
          SELECT CASE WHEN d.dbid <> 0 THEN current_database() ELSE COALESCE(b.datname, '(all)') END
                   || ': ' || o.identity
            FROM pg_shdepend d
           CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o
            LEFT JOIN pg_subscription s
              ON d.classid = 'pg_subscription'::regclass AND s.oid = d.objid
            LEFT JOIN pg_database b ON b.oid = s.subdbid
            LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
           WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
             AND c.relpersistence IS DISTINCT FROM 't'
             AND d.dbid IN (\(place == 0 ? "0," : "")
                            (SELECT oid FROM pg_database WHERE datname = current_database()))
             AND (d.refobjid = \(oid)
                  OR \(withScope) AND d.refobjid IN ('\(scope)'::regrole, 'jit_grants'::regrole)
                     AND d.classid <> 'pg_default_acl'::regclass)
          """, in: database))
    }
    return owned
  }

  /// What the revocation says, the superuser finds.
  func expectTrue(_ ending: Ending, _ before: Set<String>) async throws {
    let after = try await owned(withScope: false)
    let (last, listed) = (ending.last, Set(ending.last.residue.filter(\.isOwned).map(\.place)))
    #expect(last.fenced && last.sessionsGoneAfterMs != nil)
    #expect(
      try await read(
        """
        SELECT 'session' FROM pg_stat_activity WHERE usesysid = \(oid)
        UNION ALL
        SELECT 'prepared' FROM pg_prepared_xact() WHERE ownerid = \(oid)
        UNION ALL
        SELECT 'login' FROM pg_roles WHERE oid = \(oid) AND rolcanlogin
        UNION ALL
        SELECT roleid::regrole::text FROM pg_auth_members
         WHERE member = \(oid) AND roleid <> 'jit_grants'::regrole
        UNION ALL
        SELECT member::regrole::text FROM pg_auth_members
         WHERE roleid = \(oid) AND member <> 'jit_broker'::regrole
        """) == [])
    #expect(ending.objectsDropped == before.subtracting(after).count)
    #expect(before.subtracting(ending.found.map(\.place)).isEmpty, "found before it went")
    switch ending.end {
    case .ended:
      #expect(last.residue.isEmpty && after.isEmpty)
      #expect(
        try await read(
          """
          SELECT 'role' FROM pg_roles WHERE oid = \(oid)
          UNION ALL
          SELECT 'setting' FROM pg_db_role_setting WHERE setrole = \(oid)
          UNION ALL
          SELECT 'mention' FROM pg_shdepend
           WHERE refclassid = 'pg_authid'::regclass AND refobjid = \(oid)
          """) == [])
    case .stuck: #expect(listed == after)
    }
    for session in sessions.value {
      await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
    }
  }

  func expectWorkIsThere() async throws {
    for (table, database) in tables.value {
      #expect(try await read("SELECT count(*) FROM \(table)", in: database) == ["3"])
    }
  }
}

extension Residue {
  fileprivate var place: String { "\(database): \(name)" }

  fileprivate var isOwned: Bool {
    kind == "subscription" || note?.hasPrefix("owned") == true || note?.hasPrefix("code") == true
  }
}
