import AccessCore
import PostgresClient
import PostgresProvisioner
import Testing

@Suite("giving away what a role left behind")
struct GivingTests {
  @Test("what carries no code gets the new owner, and with nothing else left the grant ends")
  func plain() async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    let heir = try await stage.makeHeir()
    try await stage.work("t")
    let session = try await stage.enter()
    try await session.execute(
      """
      ALTER TABLE \(stage.scope).t ADD PRIMARY KEY (id), ADD n serial, ADD note text DEFAULT 'x',
        ADD at timestamptz DEFAULT now(), ADD on_day date DEFAULT CURRENT_DATE,
        ADD u uuid DEFAULT gen_random_uuid(), ADD tags text[] DEFAULT ARRAY['a']::text[],
        ADD price numeric(10, 2) DEFAULT 0 CHECK (price BETWEEN 0 AND 10 AND price IS NOT NULL),
        ADD kind varchar(9) DEFAULT 'a'::varchar CHECK (kind IN ('a', 'b') OR lower(kind) = 'c'),
        ADD twice int GENERATED ALWAYS AS (CASE WHEN id > 0 THEN id * 2 ELSE abs(id) END) STORED;
      CREATE INDEX ON \(stage.scope).t (lower(note)) WHERE price > 1;
      CREATE STATISTICS \(stage.scope).st ON (id + 1), (n % 3) FROM \(stage.scope).t;
      CREATE SEQUENCE \(stage.scope).s;
      CREATE MATERIALIZED VIEW \(stage.scope).m AS
        SELECT l.id, count(*) AS n, sum(r.id) AS total
          FROM \(stage.scope).t l
          LEFT JOIN \(stage.scope).t r ON r.id = l.id AND r.id IN (SELECT id FROM \(stage.scope).t)
         GROUP BY l.id HAVING count(*) > 0 ORDER BY 1 LIMIT 3;
      """)
    #expect(await stage.revoke(.keep).end == .stuck(.residue))
    #expect(try await stage.provisioner.canInherit(heir))
    let ending = await stage.revoke(.give(to: heir))
    #expect(ending.end == .ended, "\(ending.last)")
    #expect(ending.objectsDropped == 1, "the statistics are an object of its own, and no data")
    try await stage.expectWorkIsThere()
    #expect(
      try await stage.read(
        """
        SELECT c.relname || ' ' || c.relowner::regrole
          FROM pg_class c
         WHERE c.relnamespace = '\(stage.scope)'::regnamespace
           AND c.relkind IN ('r', 'S', 'm') AND c.relname <> 'orders'
         ORDER BY 1
        """) == ["m", "s", "t", "t_n_seq"].map { "\($0) \(heir)" })
    await stage.provisioner.close()
  }

  @Test("what the role let others do with it is not the heir's word: it ends first")
  func grants() async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    let heir = try await stage.makeHeir()
    try await stage.work("t")
    let t = "\(stage.scope).t"
    try await stage.enter().execute(
      """
      ALTER TABLE \(t) ADD n serial;
      GRANT TRIGGER, INSERT ON \(t) TO bob WITH GRANT OPTION;
      GRANT SELECT (id) ON \(t) TO PUBLIC;
      GRANT USAGE ON SEQUENCE \(t)_n_seq TO bob;
      """)
    let ending = await stage.revoke(.give(to: heir))
    #expect(ending.end == .ended, "\(ending.last)")
    try await stage.expectWorkIsThere()
    #expect(
      try await stage.read(
        """
        SELECT c.relname || ' ' || e.grantee::regrole || ' ' || e.privilege_type
          FROM pg_class c
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid
         CROSS JOIN LATERAL (
            SELECT * FROM aclexplode(c.relacl) UNION ALL SELECT * FROM aclexplode(a.attacl)) e
         WHERE c.oid IN ('\(t)'::regclass, '\(t)_n_seq'::regclass) AND e.grantee <> c.relowner
        """) == [])
    await stage.provisioner.close()
  }

  @Test(
    "nothing that carries code is given away: it stays, and is named",
    arguments: [
      ("CREATE TRIGGER x BEFORE INSERT ON S.t FOR EACH ROW EXECUTE FUNCTION S.fire()", "t"),
      ("ALTER TABLE S.t ALTER id SET DEFAULT S.f(1)", "t"),
      ("ALTER TABLE S.t ADD CHECK (S.f(id) > 0)", "t"),
      ("CREATE INDEX ON S.t (S.f(id))", "t"),
      ("CREATE RULE x AS ON INSERT TO S.t DO ALSO SELECT S.f(1)", "t"),
      ("CREATE POLICY x ON S.t USING (S.f(id) > 0)", "t"),
      ("ALTER TABLE S.t ENABLE ROW LEVEL SECURITY", "t"),
      ("CREATE DOMAIN S.d AS int CHECK (S.f(VALUE) > 0); ALTER TABLE S.t ADD d S.d", "t"),
      ("ALTER TABLE S.t ADD g int GENERATED ALWAYS AS (S.f(id)) STORED", "t"),
      ("CREATE TABLE S.u () INHERITS (S.t)", "t"),
      (
        "CREATE VIEW S.v AS SELECT S.f(1) AS n; CREATE MATERIALIZED VIEW S.m AS SELECT * FROM S.v",
        "m"
      ),
      // What the server itself brought runs other people's SQL as well.
      ("ALTER TABLE S.t ADD CHECK (XML > '')", "t"),
      ("ALTER TABLE S.t ADD e text, ALTER e SET DEFAULT XML", "t"),
      ("ALTER TABLE S.t ADD e text DEFAULT 'x', ADD CHECK (COALESCE(e, XML) > '')", "t"),
      ("CREATE MATERIALIZED VIEW S.m AS SELECT XML", "m"),
      ("CREATE MATERIALIZED VIEW S.m AS SELECT 1 WHERE EXISTS (SELECT XML)", "m"),
      ("CREATE MATERIALIZED VIEW S.m AS SELECT * FROM lo_get(1) WITH NO DATA", "m"),
      ("ALTER TABLE S.t ADD e text, ALTER e SET DEFAULT set_config('role', 'x', false)", "t"),
      ("ALTER TABLE S.t ADD e oid, ALTER e SET DEFAULT lo_create(0)", "t"),
      ("ALTER TABLE S.t ADD e text, ALTER e SET DEFAULT pg_read_file('x')", "t"),
      ("ALTER TABLE S.t ADD e bigint, ALTER e SET DEFAULT nextval(('S.' || 's')::regclass)", "t"),
      (
        "ALTER TABLE S.t ADD e text, ALTER e SET DEFAULT (xpath('/a', '<a/>'))[1]::text || xmlconcat('')::text",
        "t"
      ),
      ("ALTER TABLE S.t ADD CHECK (pg_sleep(id)::text <> '') NOT VALID", "t"),
    ])
  func code(sql: String, kept: String) async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    let heir = try await stage.makeHeir()
    try await stage.work("t")
    let session = try await stage.enter()
    try await session.execute(
      """
      CREATE FUNCTION \(stage.scope).f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
      CREATE FUNCTION \(stage.scope).fire() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RETURN NEW; END';
      \(sql.replacing("S.", with: "\(stage.scope).").replacing("XML", with: evaluator));
      """)
    let ending = await stage.revoke(.give(to: heir))
    #expect(ending.end == .stuck(.residue), "\(ending.last)")
    let left = ending.last.residue.first { $0.name == "\(stage.scope).\(kept)" }
    #expect(left?.note?.contains("; not given away: ") == true, "\(ending.last)")
    #expect(
      try await stage.read(
        "SELECT relowner::regrole FROM pg_class WHERE oid = '\(stage.scope).\(kept)'::regclass")
        == [stage.name])
    #expect(await stage.revoke(.drop).end == .ended)
    await stage.provisioner.close()
  }

  private let evaluator = "query_to_xml('SELECT 1', true, true, '')::text"

  @Test("roles of grants, of the server itself, and those that are not there inherit nothing")
  func heirs() async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    let refused = [stage.name, "pg_monitor", "nobody_\(stage.scope)", #"x"; DROP ROLE bob;--"#, ""]
    for name in refused {
      #expect(try await !stage.provisioner.canInherit(name), "\(name)")
    }
    #expect(await stage.revoke(.keep).end == .ended)
    await stage.provisioner.close()
  }

  @Test("what is left is seen by looking, and looking changes nothing")
  func looking() async throws {
    let stage = try await Stage.setUp(on: TestServer.shared)
    for database in Stage.databases { try await stage.work("t", in: database) }
    let target = RevocationTarget(
      name: stage.name, identity: stage.role.identity, scopes: [stage.scope])
    let revocation = await stage.provisioner.revoke(target)
    let seen = try await stage.provisioner.residue(of: target)
    #expect(seen == revocation.residue)
    #expect(seen.map(\.database) == Stage.databases)
    #expect(await stage.revoke(.drop).end == .ended)
    #expect(try await stage.provisioner.residue(of: target).isEmpty)
    await stage.provisioner.close()
  }
}

extension Stage {
  /// A role to which the broker may give things.
  fileprivate func makeHeir() async throws -> String {
    let heir = "\(scope)_owner"
    try await test.execute(
      """
      CREATE ROLE \(heir) NOLOGIN;
      GRANT USAGE, CREATE ON SCHEMA \(scope) TO \(heir);
      """)
    try await test.letGive(heir)
    return heir
  }
}
