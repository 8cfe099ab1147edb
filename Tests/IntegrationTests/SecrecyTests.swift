import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("Secrets", .timeLimit(.minutes(10)))
struct SecrecyTests {
  @Test("no password and no token is on disk, in a log, in SQL, in arguments or in an environment")
  func nowhere() async throws {
    let settings = ["log_statement": "all", "log_min_duration_statement": "0"]
    try await withPostgres(settings: settings, preload: ["pg_stat_statements"], fsync: false) {
      postgres in
      try await withLiveBroker(on: postgres) { broker in
        try await broker.database.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
        var secrets = LiveSecrets()
        secrets.add(broker.database.adminPassword, as: "the admin's password")
        let id = try await broker.approved()

        let psql = try await broker.sleepingSession(id)
        secrets.add(try psql.password, as: "the password of connect")
        try secrets.add(contentsOf: await broker.allFormats(of: id))
        let expiring = try await broker.approved(for: "2s")
        let last = try await broker.credentials(expiring)
        secrets.add(try #require(last.password), as: "the password of the grant that expires")
        for person in ["alice", "bob", "audrey"] {
          secrets.add(try await broker.token(of: person), as: "the token of \(person)")
        }
        #expect(secrets.count == 10)

        #expect(try secrets.foundInArguments() == [])
        let jitd = try #require(await broker.pid)
        for pid in [psql.pid, jitd] { #expect(try secrets.foundInEnvironment(of: pid) == []) }
        try await broker.expectEnded(expiring, cause: .expired, within: .seconds(20))
        try await broker.jit(as: "alice", "release", id).succeeded()
        try await broker.expectEnded(id, cause: .released, within: .seconds(20))
        #expect(try await psql.command.finished().status != 0)

        // Where secrets are looked for, the role's name is found: the search finds what is there.
        secrets.add("jit_alice_\(id.lowercased())", as: "the role")
        for place in [broker.state, broker.log, postgres.log] {
          let found = try secrets.found(inFilesAt: place)
          #expect(found.contains { $0.hasPrefix("the role") }, "\(place)")
          #expect(found.filter { !$0.hasPrefix("the role") } == [])
        }
        let statements = try await broker.database.column(
          "SELECT query FROM public.pg_stat_statements")
        #expect(secrets.found(in: statements.joined(separator: "\n")) == ["the role"])
        for format in ["jsonl", "csv"] {
          let export = try await broker.jit(as: "audrey", "audit", "export", "--format", format)
          #expect(secrets.found(in: try export.succeeded().text) == ["the role"])
        }
      }
    }
  }
}

/// A `psql` that alice has open.
private struct SleepingSession {
  let command: LiveCommand
  /// As psql has it in its password file.
  let printed: String

  var pid: Int32 { command.process.pid }

  var password: String {
    get throws { try #require(printed.split(separator: ":").last.map { String($0).trimmed }) }
  }
}

extension LiveBroker {
  /// Opens `psql`, has it print its password file and then sleep.
  fileprivate func sleepingSession(_ id: String) async throws -> SleepingSession {
    let command = try await startJit(
      as: "alice",
      [
        "connect", id, "--", "-X", "-c", #"\! cat "$PGPASSFILE""#, "-c", "SELECT pg_sleep(600)",
      ])
    try await eventually("psql sleeps") {
      try await database.column(
        "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'PgSleep'",
        [database.dbname]
      ).count == 1
    }
    return SleepingSession(command: command, printed: try command.printed())
  }

  /// Each format of `jit credentials`, which sets a new password each time.
  fileprivate func allFormats(of id: String) async throws -> [(secret: String, name: String)] {
    var secrets: [(String, String)] = []
    for (format, before, after) in [
      ("uri", #/^postgresql://[^:]+:/#, #/@.*$/#),
      ("env", #/^.*PGPASSWORD='/#, #/'.*$/#),
      ("pgpass", #/^.*:/#, #/\n$/#),
      ("json", #/^.*"password": "/#, #/".*$/#),
    ] {
      let text = try await jit(as: "alice", "credentials", id, "--format", format).succeeded().text
      let rest = text.replacing(before.dotMatchesNewlines(), with: "", maxReplacements: 1)
      let secret = rest.replacing(after.dotMatchesNewlines(), with: "", maxReplacements: 1)
      try await database.login(user: "jit_alice_\(id.lowercased())", password: secret).close()
      secrets.append((secret, "the password as \(format)"))
    }
    return secrets
  }
}

extension LiveSecrets {
  fileprivate mutating func add(contentsOf secrets: [(secret: String, name: String)]) {
    for (secret, name) in secrets { add(secret, as: name) }
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
