import AccessCore
import AccessTesting
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("functions and operators that somebody has planted")
struct TrapTests {
  /// In both databases, in the place of every function and every operator of `pg_catalog` that can
  /// be imitated: something that notes whoever runs it, and fails. Settings of login and database
  /// ask for it first.
  private func plant(_ test: TestServer) async throws {
    for dbname in ["postgres", "other"] {
      try await test.execute(Self.traps, dbname: dbname)
      try await test.execute(
        """
        ALTER DATABASE \(dbname) SET search_path = public, pg_catalog;
        ALTER ROLE jit_broker IN DATABASE \(dbname) SET search_path = public, pg_catalog
        """)
    }
  }

  private func sprung(_ test: TestServer) async throws -> Int {
    var count = 0
    for dbname in ["postgres", "other"] {
      let superuser = try await test.server.superuser(dbname: dbname)
      // A sequence is not rolled back with what the trap has spoilt.
      count += try await superuser.query(
        "SELECT (last_value - 1)::pg_catalog.text AS sprung FROM public.trapped")[0].int("sprung")
      await superuser.close()
    }
    return count
  }

  @Test("none runs in the broker's sessions, whatever the broker does")
  func nothingRuns() async throws {
    try await withTestServer { test in
      // Made first, as everywhere: the traps are for what comes later.
      let provisioner = test.provisioner()
      let plan = test.plan()
      try await plant(test)

      let role = try await provisioner.activate(plan)
      _ = try await provisioner.preview(test.plan())
      _ = try await provisioner.tableAccess(of: ["app_read"])
      _ = try await provisioner.reissue(role.identity)
      let fresh = try await provisioner.reissue(role.identity).reveal()
      try await provisioner.extend(role.identity, until: plan.expiresAt)
      #expect(
        try await provisioner.census(expecting: [ExpectedRole(role.identity, plan)]).drift == [:])
      _ = try await provisioner.preflight(
        PreflightQuestion(
          admin: test.access().admin,
          roles: [
            Role(name: RoleName("write")!, postgresql: .memberOf(["app_read", "app_write"]))
          ], clock: currentTime))
      let rule = PrivilegeRule(allow: [.select], on: .tables, schemas: ["app"])
      let scope = KeptScope(name: "jitscope_x", role: RoleName("x")!, rules: [rule])
      _ = try await provisioner.plan(
        ScopeQuestion(database: DatabaseUID("db-1")!, scopes: [scope], applier: nil))
      _ = try await provisioner.snapshot(of: "app_read", on: role.identity.systemIdentifier)

      var parameters = test.server.parameters(
        user: role.identity.name, password: fresh, dbname: "other")
      parameters.options = "-c search_path=pg_catalog"
      let session = try await Connection.open(parameters)
      try await session.execute("BEGIN")
      _ = try await session.query("SELECT pg_catalog.lo_create(0)")
      try await session.execute("PREPARE TRANSACTION 'trapped'")

      let overdue = try await provisioner.create(test.plan())
      try await test.execute(
        """
        ALTER ROLE \(overdue.identity.name) VALID UNTIL '2001-01-01'
        """)
      #expect(try await provisioner.overdue() == [overdue.identity])
      #expect(await provisioner.cutOff(overdue.identity) == CutOff(.done))
      expectEnded(await provisioner.revoke(overdue.target()))
      let revocation = await provisioner.revoke(role.target())
      expectEnded(revocation)
      #expect(revocation.preparedRolledBack == 1)
      let together = try await provisioner.activate(test.plan())
      for revocation in await provisioner.revokeTogether([together.target()]) {
        expectEnded(revocation)
      }
      #expect(try await sprung(test) == 0)

      // They are armed: whoever is not careful runs them.
      let careless = try await test.server.connect(user: "jit_broker", password: "admin")
      try await careless.execute("SET search_path = public, pg_catalog")
      for sql in ["SELECT lower('A'::name)", "SELECT 'a'::name = 'a'::name"] {
        await #expect(throws: PostgresError.self) { try await careless.query(sql) }
      }
      #expect(try await sprung(test) == 2)
      await careless.close()
      await session.close()
      await provisioner.close()
    }
  }

  private static let traps = """
    CREATE SEQUENCE public.trapped START 1;
    SELECT pg_catalog.nextval('public.trapped');
    GRANT ALL ON SEQUENCE public.trapped TO PUBLIC;
    DO $do$
    DECLARE
      thing record;
      body text := $body$
        BEGIN
          PERFORM pg_catalog.nextval('public.trapped');
          RAISE EXCEPTION 'a trap was sprung by %', session_user;
        END
      $body$;
    BEGIN
      SET LOCAL check_function_bodies = off;
      FOR thing IN
        SELECT format(
                 'CREATE FUNCTION public.%I(%s) RETURNS %s%s LANGUAGE plpgsql'
                 ' SET search_path = pg_catalog AS %L',
                 p.proname, oidvectortypes(p.proargtypes),
                 CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END,
                 format_type(p.prorettype, NULL), body) AS sql
          FROM pg_catalog.pg_proc p
         WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
           AND p.provariadic = 0 AND p.proargmodes IS NULL
           AND p.prorettype NOT IN (
                 SELECT oid FROM pg_catalog.pg_type
                  WHERE typtype = 'p' AND typname NOT IN ('anyelement', 'anyarray', 'void'))
           AND NOT EXISTS (
                 SELECT FROM unnest(p.proargtypes) a (oid) JOIN pg_catalog.pg_type t USING (oid)
                  WHERE t.typtype = 'p' AND t.typname NOT IN ('anyelement', 'anyarray'))
           AND p.proname IN (
                 SELECT unnest($names${NAMES}$names$::text[]))
        UNION ALL
        SELECT format(
                 'CREATE FUNCTION public.%I(%s, %s) RETURNS %s LANGUAGE plpgsql'
                 ' SET search_path = pg_catalog AS %L;'
                 'CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.%I)',
                 'trap_' || o.oid, l.t, r.t, format_type(o.oprresult, NULL), body,
                 o.oprname, l.t, r.t, 'trap_' || o.oid)
          FROM pg_catalog.pg_operator o,
               LATERAL format_type(o.oprleft, NULL) l (t),
               LATERAL format_type(o.oprright, NULL) r (t)
         WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprkind = 'b'
           AND o.oprname IN ('=', '<>', '<', '>', '<=', '>=', '||', '~', '!~', '~~', '+', '-', '*')
           AND NOT EXISTS (
                 SELECT FROM pg_catalog.pg_type t
                  WHERE t.oid IN (o.oprleft, o.oprright, o.oprresult) AND t.typtype = 'p')
      LOOP
        EXECUTE thing.sql;
      END LOOP;
    END
    $do$;
    """.replacing("NAMES", with: functions.joined(separator: ","))

  /// What our statements call, and what somebody might think that they call.
  private static let functions = [
    "lower", "upper", "starts_with", "date_part", "isfinite", "clock_timestamp", "now",
    "pg_has_role", "pg_terminate_backend", "set_config", "current_setting", "split_part", "unnest",
    "quote_ident", "quote_literal", "current_database", "has_database_privilege",
    "has_schema_privilege", "has_table_privilege", "pg_get_userbyid", "pg_describe_object",
    "array_to_string", "string_to_array", "length", "substring", "replace", "btrim", "left",
    "right", "strpos", "position", "array_length", "cardinality", "pg_backend_pid", "version",
    "format_type", "pg_get_functiondef", "regexp_replace", "to_regrole", "to_regclass",
    "lo_unlink", "pg_is_in_recovery", "age", "date_trunc", "to_timestamp", "random", "md5",
    "sha256", "encode", "decode", "int4eq", "oideq", "nameeq", "texteq", "array_append",
    "array_cat", "array_position", "obj_description", "shobj_description",
    "pg_get_function_identity_arguments", "pg_database_size", "has_any_column_privilege",
  ]
}
