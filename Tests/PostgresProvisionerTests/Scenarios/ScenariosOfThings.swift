import AccessCore
import AccessTesting
import PostgresClient
import Testing

extension Scenario {
  /// What the holder made.
  static let things: [Scenario] = [
    Scenario(name: "things of every kind in three databases, kept", end: .stuck(.residue)) {
      stage in
      for database in Stage.databases { try await stage.makeEveryKind(in: database) }
      return { ending async throws in
        #expect(ending.last.residue.count >= 60)
        #expect(ending.objectsDropped == 0)
      }
    },
    Scenario(name: "things of every kind in three databases, dropped", policy: .drop) { stage in
      for database in Stage.databases { try await stage.makeEveryKind(in: database) }
      return { ending in #expect(ending.objectsDropped >= 60) }
    },
    Scenario(
      name: "things of every kind, one of which somebody else leans on, dropped", policy: .drop,
      end: .stuck(.residue)
    ) { stage in
      try await stage.makeEveryKind(in: "postgres")
      try await stage.test.execute(
        "CREATE VIEW \(stage.scope).hers AS SELECT id FROM \(stage.scope).t")
      return { ending async throws in
        // A trigger on the table calls the function.
        let kept = ["fire()", "t", "t_n_seq"].map { "\(stage.scope).\($0)" }
        let left = Set(ending.last.residue.map(\.name))
        #expect(left.isSuperset(of: kept), "\(left)")
        #expect(ending.objectsDropped >= 18, "\(ending.last)")
        try await stage.test.execute("DROP VIEW \(stage.scope).hers")
      }
    },
    Scenario(name: "a large object", end: .stuck(.residue)) { stage in
      _ = try await stage.enter().query("SELECT pg_catalog.lo_from_bytea(0, 'work')")
      return { ending async throws in
        #expect(
          ending.notes(on: "large object", in: ending.last.residue)
            == ["owned by the role; it holds data"])
      }
    },
    Scenario(name: "a SECURITY DEFINER function, and a view") { stage in
      try await stage.enter().execute(
        """
        CREATE FUNCTION \(stage.scope).f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        CREATE VIEW \(stage.scope).v AS SELECT * FROM \(stage.scope).orders;
        """)
      return { ending async throws in
        #expect(
          ending.notes(on: "function", in: ending.found)
            == ["code of the holder's, which runs as the role"])
      }
    },
    Scenario(name: "code beside data, open to somebody", end: .stuck(.residue)) { stage in
      try await stage.work("t")
      try await stage.enter().execute(
        """
        CREATE FUNCTION \(stage.scope).f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        GRANT SELECT ON \(stage.scope).t TO bob;
        GRANT UPDATE (id) ON \(stage.scope).t TO PUBLIC;
        GRANT EXECUTE ON FUNCTION \(stage.scope).f() TO bob;
        """)
      return { _ async throws in
        #expect(
          try await stage.read(
            """
            SELECT prosecdef || ' ' || array_to_string(proconfig, ' ')
              FROM pg_proc
             WHERE oid = '\(stage.scope).f()'::regprocedure
            """) == ["true search_path=pg_catalog, pg_temp"])
        #expect(
          try await stage.read(
            """
            SELECT pg_catalog.has_table_privilege('bob', '\(stage.scope).t', 'SELECT')
                OR pg_catalog.has_any_column_privilege('bob', '\(stage.scope).t', 'UPDATE')
            """) == ["f"])
      }
    },
    Scenario(
      name: "a function, and a procedure that is called the same, kept", end: .stuck(.residue)
    ) { stage in
      try await stage.makeNamesakes()
      try await stage.work("t")
      return { ending async throws in
        let armed = """
          SELECT proname FROM pg_proc
           WHERE proowner = \(stage.oid) AND prokind <> 'a' AND NOT prosecdef
          """
        #expect(try await stage.read(armed) == [])
        #expect(
          try await stage.read(
            """
            SELECT proname FROM pg_proc, aclexplode(proacl) acl
             WHERE proowner = \(stage.oid) AND acl.grantee = 'bob'::regrole
            """) == [])
      }
    },
    Scenario(name: "a function, and a procedure that is called the same, dropped") { stage in
      try await stage.makeNamesakes()
      return { ending in #expect(ending.objectsDropped == 6) }
    },
    Scenario(name: "casts, which belong to nobody", policy: .drop) { stage in
      try await stage.work("t")
      try await stage.enter().execute(
        """
        CREATE TYPE \(stage.scope).kind AS ENUM ('a');
        CREATE FUNCTION \(stage.scope).number(\(stage.scope).kind) RETURNS int
          LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (\(stage.scope).kind AS int) WITH FUNCTION \(stage.scope).number;
        CREATE CAST (\(stage.scope).kind AS bytea) WITH INOUT;
        """)
      return { ending async throws in
        #expect(ending.notes(on: "cast", in: ending.found).count == 2)
        #expect(
          try await stage.read(
            "SELECT oid FROM pg_cast WHERE castsource NOT IN (SELECT oid FROM pg_type)") == [])
      }
    },
    Scenario(name: "everybody's user mapping on a server of the role's", policy: .drop) { stage in
      try await stage.test.execute(
        """
        CREATE FOREIGN DATA WRAPPER \(stage.scope);
        GRANT USAGE ON FOREIGN DATA WRAPPER \(stage.scope) TO \(stage.scope);
        """)
      try await stage.enter().execute(
        """
        CREATE SERVER \(stage.scope) FOREIGN DATA WRAPPER \(stage.scope);
        CREATE USER MAPPING FOR PUBLIC SERVER \(stage.scope);
        CREATE USER MAPPING FOR CURRENT_USER SERVER \(stage.scope);
        """)
      return { ending async throws in
        #expect(
          ending.found.contains { $0.name == "for everybody on the server \(stage.scope)" })
        try await stage.test.execute("DROP FOREIGN DATA WRAPPER \(stage.scope) CASCADE")
      }
    },
    Scenario(name: "a trigger on somebody else's table") { stage in
      try await stage.makeTrigger()
      return { ending async throws in
        #expect(
          ending.notes(on: "trigger", in: ending.found)
            == [
              """
              runs the holder's function \(stage.scope).fire() when somebody updates the table
              """
            ])
        try await stage.expectNoTrigger()
      }
    },
    Scenario(name: "a trigger on somebody else's table, and data", end: .stuck(.residue)) {
      stage in
      try await stage.makeTrigger()
      try await stage.work("t")
      return { ending async throws in
        #expect(ending.objectsDropped == 1)
        try await stage.expectNoTrigger()
      }
    },
    Scenario(name: "a schema with a name that would do harm") { stage in
      let schema = "\"x\"\"; DROP ROLE bob;--\(stage.name)\""
      try await stage.test.execute(
        "CREATE SCHEMA \(schema); GRANT USAGE, CREATE ON SCHEMA \(schema) TO \(stage.scope)")
      let session = try await stage.enter()
      try await session.execute(
        """
        CREATE FUNCTION \(schema)."f'; DROP ROLE bob;--"() RETURNS trigger LANGUAGE plpgsql
          AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER "t""; DROP ROLE bob;--" BEFORE INSERT ON \(stage.scope).orders
          FOR EACH ROW EXECUTE FUNCTION \(schema)."f'; DROP ROLE bob;--"();
        """)
      return { ending async throws in
        #expect(ending.objectsDropped == 1 && ending.found.count == 2)
        #expect(try await stage.test.exists("bob"))
      }
    },
    Scenario(name: "a view and a function moved to the scope", versions: 14...15) { stage in
      try await stage.enter().execute(
        """
        CREATE VIEW \(stage.scope).v AS SELECT * FROM \(stage.scope).orders;
        ALTER VIEW \(stage.scope).v OWNER TO \(stage.scope);
        CREATE FUNCTION \(stage.scope).f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        REASSIGN OWNED BY \(stage.name) TO \(stage.scope);
        """)
      return { ending in #expect(ending.objectsDropped == 2) }
    },
    Scenario(
      name: "a table moved to the scope, elsewhere", versions: 14...15, end: .stuck(.residue)
    ) { stage in
      try await stage.work("t", in: "other")
      try await stage.enter("other").execute(
        "ALTER TABLE \(stage.scope).t OWNER TO \(stage.scope)")
      return { ending async throws in
        #expect(ending.last.residue.map(\.name) == ["\(stage.scope).t"])
      }
    },
    Scenario(
      name: "a view, default privileges and a prepared transaction of the marker's",
      versions: 14...15, isAlone: true
    ) { stage in
      try await stage.test.execute(
        "GRANT USAGE, CREATE ON SCHEMA \(stage.scope) TO jit_grants")
      let session = try await stage.enter()
      try await session.execute(
        """
        CREATE VIEW \(stage.scope).v AS SELECT * FROM \(stage.scope).orders;
        ALTER VIEW \(stage.scope).v OWNER TO jit_grants;
        ALTER DEFAULT PRIVILEGES FOR ROLE jit_grants GRANT SELECT ON TABLES TO PUBLIC;
        """)
      try await session.execute(
        "BEGIN; UPDATE \(stage.scope).orders SET id = 43; SET ROLE jit_grants")
      try await session.execute("PREPARE TRANSACTION '\(stage.name) later'")
      return { ending async throws in
        #expect(ending.preparedRolledBack == 1 && ending.objectsDropped == 1)
        let left = """
          SELECT gid FROM pg_prepared_xacts
          UNION ALL
          SELECT 'owned' FROM pg_shdepend WHERE refobjid = 'jit_grants'::regrole AND deptype = 'o'
          """
        #expect(try await stage.read(left) == [])
        // The next one is not kept out.
        _ = try await stage.provisioner.activate(
          stage.test.plan([stage.scope], accept: [.createroleIsSuperuser, .scopeHasGrantOption]))
      }
    },
    Scenario(
      name: "a trigger on a table that a stranger holds, and what it runs", end: .stuck(.locked)
    ) { stage in
      try await stage.makeTrigger()
      let stranger = try await stage.test.server.superuser()
      try await stranger.execute("BEGIN; LOCK TABLE \(stage.scope).orders IN ROW SHARE MODE")
      return { ending async throws in
        let powerless = "SELECT prosecdef FROM pg_proc WHERE proowner = \(stage.oid)"
        #expect(try await stage.read(powerless) == ["t"])
        await stranger.close()
      }
    },
    Scenario(name: "a trigger whose function a stranger's view names", end: .stuck(.residue)) {
      stage in
      try await stage.makeTrigger()
      try await stage.test.execute(
        "CREATE VIEW \(stage.scope).names AS SELECT '\(stage.scope).fire()'::regprocedure AS f")
      return { ending async throws in
        #expect(try await stage.read("SELECT count(f) FROM \(stage.scope).names") == ["1"])
        try await stage.expectNoTrigger()
        // Else nobody could end it: the stranger decides about the view.
        try await stage.test.execute("DROP VIEW \(stage.scope).names")
      }
    },
    Scenario(name: "a trigger whose function views of the role's own name") { stage in
      try await stage.makeTrigger()
      try await stage.leanOnTrigger()
      return { ending async throws in
        #expect(ending.objectsDropped == 3)
        try await stage.expectNoTrigger()
      }
    },
    Scenario(
      name: "a trigger whose function views of the role's own name, and data",
      end: .stuck(.residue)
    ) { stage in
      try await stage.makeTrigger()
      try await stage.leanOnTrigger()
      try await stage.work("t")
      return { ending async throws in
        #expect(ending.objectsDropped == 3)
        try await stage.expectNoTrigger()
      }
    },
    Scenario(
      name: "a trigger whose function data of the role's own names", end: .stuck(.residue)
    ) { stage in
      try await stage.makeTrigger()
      try await stage.enter().execute(
        """
        CREATE MATERIALIZED VIEW \(stage.scope).m AS SELECT '\(stage.scope).fire()'::regprocedure;
        """)
      return { ending async throws in
        #expect(ending.objectsDropped == 0)
        try await stage.expectNoTrigger()
        #expect(try await stage.read("SELECT count(*) FROM \(stage.scope).m") == ["1"])
      }
    },
    Scenario(name: "a user mapping for the scope", versions: 14...15) { stage in
      try await stage.test.execute(
        """
        CREATE FOREIGN DATA WRAPPER \(stage.scope);
        CREATE SERVER \(stage.scope) FOREIGN DATA WRAPPER \(stage.scope);
        GRANT USAGE ON FOREIGN SERVER \(stage.scope) TO \(stage.scope);
        """)
      try await stage.enter().execute(
        """
        SET ROLE \(stage.scope);
        CREATE USER MAPPING FOR \(stage.scope) SERVER \(stage.scope) OPTIONS (user 'x');
        """)
      return { ending async throws in
        #expect(
          try await stage.read(
            "SELECT srvname FROM pg_user_mappings WHERE srvname = '\(stage.scope)'") == [])
      }
    },
    Scenario(
      name: "user mappings for others on a server of the role's", policy: .drop
    ) { stage in
      try await stage.test.execute(
        """
        CREATE FOREIGN DATA WRAPPER \(stage.scope);
        GRANT USAGE ON FOREIGN DATA WRAPPER \(stage.scope) TO \(stage.scope);
        """)
      try await stage.enter().execute(
        """
        CREATE SERVER \(stage.scope) FOREIGN DATA WRAPPER \(stage.scope);
        CREATE USER MAPPING FOR bob SERVER \(stage.scope) OPTIONS (user 'x');
        CREATE USER MAPPING FOR CURRENT_USER SERVER \(stage.scope) OPTIONS (user 'y');
        """)
      return { ending async throws in
        #expect(
          try await stage.read(
            "SELECT srvname FROM pg_user_mappings WHERE srvname = '\(stage.scope)'") == [])
      }
    },
    Scenario(name: "a domain in the WHEN of a trigger on somebody else's table") { stage in
      try await stage.makeTrigger(when: "NEW.id::\(stage.scope).evil IS NULL")
      return { ending async throws in
        #expect(ending.objectsDropped == 4)
        try await stage.expectNoCode()
      }
    },
    Scenario(
      name: "a domain in the WHEN of a trigger, and data of that domain", end: .stuck(.residue)
    ) { stage in
      try await stage.makeTrigger(when: "NEW.id::\(stage.scope).evil IS NULL")
      try await stage.enter().execute("CREATE TABLE \(stage.scope).t (id \(stage.scope).evil)")
      return { ending async throws in
        try await stage.expectNoCode()
        #expect(try await stage.read("SELECT count(*) FROM \(stage.scope).t") == ["0"])
      }
    },
    Scenario(
      name: "a function and an operator in the WHEN of triggers, and data", end: .stuck(.residue)
    ) { stage in
      try await stage.makeTrigger(
        when: "\(stage.scope).code(NEW.id) AND NEW.id OPERATOR(\(stage.scope).!!!) 1")
      try await stage.work("t")
      return { ending async throws in
        #expect(ending.objectsDropped >= 2)
        try await stage.expectNoCode()
      }
    },
    Scenario(name: "default privileges for the scope") { stage in
      for database in ["postgres", "other"] {
        try await stage.enter(database).execute(
          """
          ALTER DEFAULT PRIVILEGES FOR ROLE \(stage.scope) GRANT SELECT ON TABLES TO PUBLIC;
          ALTER DEFAULT PRIVILEGES FOR ROLE \(stage.scope) IN SCHEMA \(stage.scope)
            GRANT ALL ON SEQUENCES TO bob;
          ALTER DEFAULT PRIVILEGES FOR ROLE \(stage.scope) REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
          """)
      }
      // What an owner gives to the scope stays.
      try await stage.test.execute(
        """
        ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA \(stage.scope)
          GRANT SELECT ON TABLES TO \(stage.scope)
        """)
      return { ending async throws in
        #expect(ending.notes(on: "default privileges", in: ending.found).count == 6)
        let left = """
          SELECT defaclrole::regrole::text FROM pg_default_acl
           WHERE defaclrole = '\(stage.scope)'::regrole
              OR defaclnamespace = '\(stage.scope)'::regnamespace
          """
        #expect(try await stage.read(left) == ["postgres"])
        #expect(try await stage.read(left, in: "other") == [])
      }
    },
    Scenario(name: "a subscription", versions: 16...18) { stage in
      try await stage.test.execute(
        """
        GRANT pg_create_subscription TO \(stage.scope);
        GRANT CREATE ON DATABASE third TO \(stage.scope);
        """)
      try await stage.enter("third").execute(
        """
        CREATE SUBSCRIPTION \(stage.scope) CONNECTION 'host=127.0.0.1 port=1 password=x dbname=x'
          PUBLICATION p WITH (connect = false);
        ALTER SUBSCRIPTION \(stage.scope) ENABLE;
        """)
      return { ending async throws in
        #expect(ending.objectsDropped == 1)
        #expect(ending.found.map(\.kind) == ["subscription"])
      }
    },
  ]
}

extension Stage {
  /// Names that `ROUTINE` would find twice, and an aggregate.
  fileprivate func makeNamesakes() async throws {
    try await enter().execute(
      """
      CREATE FUNCTION \(scope).f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
      CREATE PROCEDURE \(scope).f(OUT a int) LANGUAGE sql AS 'SELECT 1';
      CREATE PROCEDURE \(scope).g(INOUT a int) LANGUAGE sql AS 'SELECT 1';
      CREATE PROCEDURE \(scope).g(OUT "b c" int, x text) LANGUAGE sql AS 'SELECT 1';
      CREATE FUNCTION \(scope)."f()"(OUT a int, VARIADIC b text[]) LANGUAGE sql AS 'SELECT 1';
      CREATE AGGREGATE \(scope).total(*) (SFUNC = int8inc, STYPE = int8, INITCOND = 0);
      GRANT EXECUTE ON ALL ROUTINES IN SCHEMA \(scope) TO bob;
      """)
  }

  /// On a table of a superuser's.
  fileprivate func makeTrigger() async throws {
    try await enter().execute(
      """
      CREATE FUNCTION \(scope).fire() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN DELETE FROM \(scope).orders; RETURN NEW; END';
      CREATE TRIGGER fire AFTER UPDATE ON \(scope).orders
        FOR EACH ROW EXECUTE FUNCTION \(scope).fire();
      """)
  }

  /// One view names the trigger's function, the other one the first view.
  fileprivate func leanOnTrigger() async throws {
    try await enter().execute(
      """
      CREATE VIEW \(scope).names AS SELECT '\(scope).fire()'::regprocedure AS f;
      CREATE VIEW \(scope).more AS SELECT * FROM \(scope).names;
      """)
  }

  /// A trigger on a table of a superuser's whose function is the server's own, and whose WHEN names
  /// code of the holder's.
  fileprivate func makeTrigger(when condition: String) async throws {
    try await enter().execute(
      """
      CREATE DOMAIN \(scope).evil AS int
        CHECK (query_to_xml('SELECT pg_catalog.lo_create(0)', true, true, '') IS NOT NULL);
      CREATE FUNCTION \(scope).code(int) RETURNS boolean LANGUAGE sql VOLATILE
        AS 'SELECT pg_catalog.lo_create(0) > 0';
      CREATE FUNCTION \(scope).both(int, int) RETURNS boolean LANGUAGE sql VOLATILE
        AS 'SELECT pg_catalog.lo_create(0) > 0';
      CREATE OPERATOR \(scope).!!! (FUNCTION = \(scope).both, LEFTARG = int, RIGHTARG = int);
      CREATE TRIGGER w AFTER UPDATE ON \(scope).orders FOR EACH ROW WHEN (\(condition))
        EXECUTE FUNCTION suppress_redundant_updates_trigger();
      """)
  }

  /// What somebody else does to the table makes nothing.
  fileprivate func expectNoCode() async throws {
    let count = "SELECT count(*) FROM pg_largeobject_metadata"
    let before = try await read(count)
    try await test.execute("UPDATE \(scope).orders SET id = 43")
    #expect(try await read(count) == before)
  }

  fileprivate func expectNoTrigger() async throws {
    try await test.execute("UPDATE \(scope).orders SET id = 43")
    #expect(try await read("SELECT id FROM \(scope).orders") == ["43"])
  }

  fileprivate func makeEveryKind(in database: String) async throws {
    try await work("t", in: database)
    let session = try await enter(database)
    try await session.execute(
      """
      ALTER TABLE \(scope).t ADD note text DEFAULT 'x' CHECK (note <> ''), ADD n serial;
      CREATE INDEX ON \(scope).t (note);
      CREATE TABLE \(scope).parts (id int, at date) PARTITION BY RANGE (id);
      CREATE TABLE \(scope).part PARTITION OF \(scope).parts FOR VALUES FROM (0) TO (10);
      CREATE VIEW \(scope).v AS SELECT t.* FROM \(scope).t, \(scope).orders;
      CREATE MATERIALIZED VIEW \(scope).m AS SELECT * FROM \(scope).v;
      CREATE SEQUENCE \(scope).s;
      CREATE TYPE \(scope).kind AS ENUM ('a');
      CREATE TYPE \(scope).pair AS (a int, b \(scope).kind);
      CREATE TYPE \(scope).span AS RANGE (subtype = int);
      CREATE DOMAIN \(scope).positive AS int CHECK (VALUE > 0);
      CREATE FUNCTION \(scope).f(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
      CREATE PROCEDURE \(scope).p() LANGUAGE sql AS 'SELECT 1';
      CREATE AGGREGATE \(scope).total (int) (SFUNC = \(scope).f, STYPE = int);
      CREATE OPERATOR \(scope).=== (FUNCTION = \(scope).f, LEFTARG = int, RIGHTARG = int);
      CREATE COLLATION \(scope).c (locale = 'C');
      CREATE TEXT SEARCH DICTIONARY \(scope).words (TEMPLATE = simple);
      CREATE TEXT SEARCH CONFIGURATION \(scope).search (COPY = simple);
      CREATE STATISTICS \(scope).st ON id, n FROM \(scope).t;
      ALTER TABLE \(scope).t ENABLE ROW LEVEL SECURITY;
      CREATE POLICY mine ON \(scope).t TO \(name) USING (true);
      CREATE RULE r AS ON DELETE TO \(scope).t DO ALSO NOTIFY news;
      CREATE FUNCTION \(scope).fire() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER fire BEFORE INSERT ON \(scope).t
        FOR EACH ROW EXECUTE FUNCTION \(scope).fire();
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
      SELECT pg_catalog.lo_create(0);
      """)
  }
}
