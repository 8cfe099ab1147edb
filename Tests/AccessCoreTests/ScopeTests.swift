import Testing

@testable import AccessCore

@Suite("Scope roles that the broker keeps")
struct ScopeTests {
  private func name(
    _ origin: String, _ database: String, _ role: String
  ) -> String {
    KeptScopeNames(origin: origin, sha256: World.sha256)
      .name(of: World.name(role), on: World.name(database))
  }

  @Test("another origin, database or role is another name, and another epoch is not")
  func names() {
    let names = [
      name("jit.example.com/prod#1", "db-1", "write"),
      name("jit.example.com/test#1", "db-1", "write"),
      name("jit.example.com/prod#1", "db-2", "write"),
      name("jit.example.com/prod#1", "db-1", "read"),
      // What is cut off or folded still counts.
      name("jit.example.com/prod#1", "db-1", "Write"),
      name("jit.example.com/prod#1", "db-1", "wr.te"),
      name("jit.example.com/prod#1", "db-1", "wr-te"),
      name("jit.example.com/prod#1", "db-1", String(repeating: "w", count: 63)),
      name("jit.example.com/prod#1", "db-1", String(repeating: "w", count: 64)),
    ]
    #expect(Set(names).count == names.count)
    #expect(name("jit.example.com/prod#7", "db-1", "write") == names[0])
    #expect(names.allSatisfy { $0.utf8.count <= 63 })
    #expect(names[0].wholeMatch(of: /jitscope_write_[0-9a-f]{16}/) != nil)
    #expect(names[5].hasPrefix("jitscope_wr_te_"))
  }

  @Test("a grant pins the scopes and the owner that its role means when it begins")
  func activation() throws {
    var world = World()
    let rule = PrivilegeRule(allow: [.select], on: .tables, schemas: ["public"])
    world.policy.roles[World.name("write")] = Role(
      name: World.name("write"),
      postgresql: PostgresScope(
        memberOf: ["orders_write"], privileges: [rule], actsAs: "orders_owner"))
    let id = try world.approved()
    try world.say(.activate(id), World.alice)
    let grant = try #require(world.state.requests[id]?.grant)
    let kept = KeptScopeNames(origin: world.state.origin, sha256: World.sha256)
      .name(of: World.name("write"), on: World.name("db-1"))
    #expect(grant.scopes == ["orders_write", kept])
    #expect(grant.actsAs == "orders_owner")
    #expect(grant.plan(accepting: []).actsAs == "orders_owner")
    // The owner is no scope: what it prepared or owns is not looked at as the holder's.
    #expect(!grant.revocationTarget.scopes.contains("orders_owner"))
  }

  @Test("who may operate applies, unless no access may be given")
  func authority() throws {
    var world = World()
    let intent = ScopesApplying(
      database: World.name("orders_PROD"), statements: ["GRANT"], sha256: World.sha256)
    for operation in [Operation.plan(World.name("orders_PROD")), .apply(intent)] {
      #expect(world.refusal(.operate(operation), World.alice) == .notAuthorised)
      #expect(world.refusal(.operate(operation), World.audrey) == .notAuthorised)
      try world.say(.operate(operation), World.dana)
      try world.say(.operate(operation), World.root)
    }
    world.issuing = .stopped(because: "a test")
    #expect(world.refusal(.operate(.apply(intent)), World.dana) == .issuingStopped)
    try world.say(.operate(.plan(World.name("orders_PROD"))), World.dana)
  }

  @Test("an entry shows as many of the statements as it holds, and the digest of all")
  func bounded() {
    let statements = (0..<1_000).map { "GRANT SELECT ON TABLE app.t\($0) TO \"scope\"" }
    func applying(_ statements: [String]) -> ScopesApplying {
      ScopesApplying(
        database: World.name("orders_PROD"), statements: statements, sha256: World.sha256)
    }
    let all = applying(statements)
    #expect(all.count == 1_000)
    #expect(!all.statements.isEmpty && all.statements.count < 200)
    #expect(Array(statements.prefix(all.statements.count)) == all.statements)
    #expect(applying(statements.dropLast()).digest != all.digest)
    #expect(applying(Array(statements.reversed())).digest != all.digest)
  }
}

@Suite("What an owner had")
struct OwnerSnapshotTests {
  private func item(_ kind: String, _ name: String, _ value: String) -> OwnerSnapshot.Item {
    OwnerSnapshot.Item(database: "orders", kind: kind, name: name, value: value)
  }

  @Test("is compared by what is there, whatever its order")
  func comparison() throws {
    let before = OwnerSnapshot([
      item("trigger", "audit on t", "1"), item("function", "f()", "1"),
      item("grant", "table t to bob", "SELECT"), item("setting", "work_mem", "1MB"),
    ])
    let after = OwnerSnapshot([
      item("setting", "work_mem", "1MB"), item("grant", "table t to bob", "SELECT, UPDATE"),
      item("function", "f()", "2"), item("trigger", "evil on t", "1"),
    ])
    #expect(
      after.changes(since: before, of: "owner").map { "\($0.kind) \($0.name): \($0.note ?? "")" }
        == [
          "function f(): owner's: changed during the grant",
          "grant table t to bob: owner's: was SELECT, is SELECT, UPDATE",
          "trigger audit on t: owner's: gone since the grant began",
          "trigger evil on t: owner's: new since the grant began",
        ])
    #expect(after.changes(since: after, of: "owner") == [])
    #expect(try OwnerSnapshot(decoding: before.encoded) == before)
  }

  @Test(
    "bytes that are none are refused",
    arguments: ["", "{}", "[1]", #"[["a","b","c"]]"#, #"[["a","b","c",4]]"#])
  func malformed(_ text: String) {
    #expect(throws: (any Error).self) { try OwnerSnapshot(decoding: Array(text.utf8)) }
  }
}
