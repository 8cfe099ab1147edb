import AccessCore
import PostgresProvisioner
import Testing

@Suite("what roles can do with tables")
struct TableAccessTests {
  @Test("it is what they hold together, by whatever way, where they may use the schema")
  func together() async throws {
    let (reader, writer, schema) = (name("reader"), name("writer"), name("shop"))
    let tables = try await tables(of: [reader, writer], in: schema) {
      """
      CREATE ROLE \(reader)_above;
      CREATE ROLE \(reader);
      CREATE ROLE \(writer);
      GRANT \(reader)_above TO \(reader);
      CREATE SCHEMA \(schema);
      CREATE SCHEMA \(schema)_closed;
      CREATE TABLE \(schema).orders (id int, state text);
      CREATE TABLE \(schema).secrets (id int);
      CREATE TABLE \(schema)_closed.orders (id int);
      CREATE VIEW \(schema)."x""; DROP ROLE bob;--" AS SELECT 1 AS one;
      GRANT USAGE ON SCHEMA \(schema) TO \(writer);
      GRANT SELECT ON \(schema).orders, \(schema)_closed.orders TO \(reader)_above;
      GRANT DELETE ON \(schema).orders TO \(writer);
      GRANT UPDATE (state) ON \(schema).orders TO \(writer);
      GRANT SELECT ON \(schema)."x""; DROP ROLE bob;--" TO PUBLIC;
      """
    }
    #expect(
      tables == [
        TableAccess.Table(
          name: #"\#(schema)."x""; DROP ROLE bob;--""#, privileges: ["SELECT"]),
        TableAccess.Table(
          name: "\(schema).orders", privileges: ["SELECT", "UPDATE of some columns", "DELETE"]),
      ])
  }

  @Test("an owner can do everything with its own")
  func owner() async throws {
    let (owner, schema) = (name("owner"), name("shop"))
    let tables = try await tables(of: [owner], in: schema) {
      """
      CREATE ROLE \(owner);
      CREATE SCHEMA \(schema) AUTHORIZATION \(owner);
      CREATE TABLE \(schema).orders (id int);
      ALTER TABLE \(schema).orders OWNER TO \(owner);
      """
    }
    let all = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
    let more = TestServer.major >= 17 ? ["MAINTAIN"] : []
    #expect(tables == [TableAccess.Table(name: "\(schema).orders", privileges: all + more)])
  }

  @Test("the first by name are listed, the others counted; a role that is gone can do nothing")
  func many() async throws {
    let (scope, test) = (name("scope"), try await TestServer.shared)
    // Sorts before all that other tests make.
    let schema = "\"! \(name("shop"))\""
    try await test.execute(
      """
      CREATE ROLE \(scope);
      CREATE SCHEMA \(schema);
      GRANT USAGE ON SCHEMA \(schema) TO \(scope);
      DO $$
      BEGIN
        FOR i IN 10..34 LOOP
          EXECUTE format('CREATE TABLE \(schema).t%s ()', i);
          EXECUTE format('GRANT SELECT ON \(schema).t%s TO \(scope)', i);
        END LOOP;
      END $$
      """)
    let provisioner = test.provisioner()
    let access = try await provisioner.tableAccess(of: [scope])
    #expect(access.tables.map(\.name) == (10..<30).map { "\(schema).t\($0)" })
    #expect(access.more >= 5)
    #expect(try await provisioner.tableAccess(of: [name("gone")]) == TableAccess([]))
    await provisioner.close()
  }

  private func name(_ word: String) -> String { "\(word)_\(UInt32.random(in: .min ... .max))" }

  /// What is said of the tables of one schema after the setup.
  private func tables(
    of roles: [String], in schema: String, _ setup: () -> String
  ) async throws -> [TableAccess.Table] {
    let test = try await TestServer.shared
    try await test.execute(setup())
    let provisioner = test.provisioner()
    let access = try await provisioner.tableAccess(of: roles)
    await provisioner.close()
    return access.tables.filter { $0.name.hasPrefix(schema) }
  }
}
