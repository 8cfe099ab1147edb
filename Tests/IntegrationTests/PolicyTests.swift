import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("A policy that changes", .timeLimit(.minutes(10)))
struct PolicyTests {
  /// How an operator tells the broker that the files are mended.
  enum Signal: CaseIterable, Sendable {
    case command, hangUp
  }

  @Test(
    "a broken one at a restart stops what is new, and nothing that ends", arguments: Signal.allCases
  )
  func brokenAtStart(_ signal: Signal) async throws {
    try await withLiveBroker { broker in
      let live = try await broker.approved(for: "8s")
      let session = try await broker.session(live)
      let waiting = try await broker.approved()
      _ = try await broker.token(of: "audrey")
      _ = try await broker.token(of: "dana")
      try broker.write(policy: broken(broker.policy))
      try await broker.restart()

      for act in [
        ["request", "--db", "orders_PROD", "--role", "write", "--for", "5m", "--reason", "INC-1"],
        ["credentials", waiting], ["connect", waiting, "--", "-c", "SELECT 1"],
      ] {
        try await broker.jit(as: "alice", act).expectRefused(77, saying: "orders.yaml:9:3:")
      }
      #expect(try await broker.database.roles(of: waiting) == [])
      let receipt = try await broker.expectEnded(live, cause: .expired, within: .seconds(30))
      #expect((0...5_000).contains(receipt.overrunMs))
      #expect(try await broker.database.sessions() == 0)
      await session.close()

      try broker.write(policy: broker.policy)
      switch signal {
      case .command: try await broker.jit(as: "dana", "policy", "reload").succeeded()
      case .hangUp: await broker.hangUp()
      }
      try await eventually("access is given again") {
        try await broker.jit(as: "alice", "credentials", waiting).status == 0
      }
      #expect(try await broker.database.roles(of: waiting, thatCanLogIn: true).count == 1)
      let kinds = try await broker.entries().map(\.kind)
      #expect(kinds.contains(.policyRefused))
    }
  }

  @Test("a broken one is refused while the broker runs, and the one before stays in force")
  func brokenAtReload() async throws {
    try await withLiveBroker { broker in
      try broker.write(policy: broken(broker.policy))
      let reload = try await broker.jit(as: "dana", "policy", "reload")
      reload.expectRefused(65, saying: "orders.yaml:9:3:")
      let loaded = try await broker.entries().filter { $0.kind == .policyLoaded }
      #expect(loaded.count == 1)
      let id = try await broker.approved()
      try await broker.session(id).close()
    }
  }

  @Test("one that removes or repoints a database with a live grant is refused")
  func databaseWithLiveGrant() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      try await broker.credentials(id)
      for (old, new) in [
        ("orders_PROD", "orders_OTHER"), ("uid: db-01JD3ZK8", "uid: db-01JD3ZK9"),
        ("dbname: \(broker.database.dbname)", "dbname: postgres"),
      ] {
        try broker.write(policy: broker.policy.replacing(old, with: new))
        try await broker.jit(as: "dana", "policy", "reload").expectRefused(65, saying: id)
      }
      #expect(try await broker.grant(id).state == "active")
      try await broker.session(id).close()

      try await broker.jit(as: "alice", "release", id).succeeded()
      try broker.write(policy: broker.policy.replacing("orders_PROD", with: "orders_OTHER"))
      try await broker.jit(as: "dana", "policy", "reload").succeeded()
    }
  }

  @Test("a requester who is no longer entitled loses the live grant, and the approval of another")
  func noLongerEntitled() async throws {
    try await withLiveBroker { broker in
      let live = try await broker.approved()
      let session = try await broker.session(live)
      let waiting = try await broker.approved()
      let policy = broker.policy.replacing("[alice, bob, carol]", with: "[bob, carol]")
      try broker.write(policy: policy)
      try await broker.jit(as: "dana", "policy", "reload").succeeded()

      try await broker.expectEnded(live, cause: .revoked, within: .seconds(20))
      #expect(try await broker.database.sessions() == 0)
      await session.close()
      try await broker.jit(as: "alice", "credentials", waiting).expectRefused(77)
      #expect(try await broker.database.roles(of: waiting) == [])
    }
  }

  @Test("a check ends with 65 for errors, all of them told at once, and with 0 for warnings")
  func check() async throws {
    try await withLiveBroker { broker in
      func check(_ changes: [(String, String)]) async throws -> LiveRun {
        let policy = changes.reduce(broker.policy) { $0.replacing($1.0, with: $1.1) }
        try broker.write(policy: policy)
        return try await broker.jit(as: "alice", "policy", "check", "\(broker.folder)/policies")
      }
      let sound = try await check([])
      #expect((sound.status, sound.stderr) == (0, ""))

      let steps = ("\n      - { from: backend, count: 1 }", " none")
      let doubtful = try await check([steps])
      #expect(doubtful.status == 0)
      #expect(doubtful.text.hasSuffix(", no errors\n"))
      #expect(
        doubtful.stderr.contains(
          "/orders.yaml:27:5: warning: production can be changed without review\n  hint: "),
        "\(doubtful)")

      let wrong = try await check([
        steps, ("max_duration: 1h", "max_duraton: 1h"),
        ("requesters: [backend]", "requesters: [bakend]"),
      ])
      wrong.expectRefused(65, saying: "has 3 errors")
      for words in [
        "/orders.yaml:22:18: error: \"bakend\" is neither a group nor a member of one\n",
        "  hint: Did you mean \"backend\"?\n",
        "/orders.yaml:25:5: error: unknown key \"max_duraton\"\n",
        "  hint: Did you mean \"max_duration\"?\n", "error: \"max_duration\" is missing\n",
      ] { #expect(wrong.stderr.contains(words), "\(words) in \(wrong)") }
      #expect(!wrong.stderr.contains("warning"))
    }
  }

  @Test("nobody but an operator has it read again")
  func onlyOperators() async throws {
    try await withLiveBroker { broker in
      try await broker.jit(as: "alice", "policy", "reload").expectRefused(77, saying: "operate")
    }
  }

  /// A key that no policy has, at 9:3.
  private func broken(_ policy: String) -> String {
    policy.replacing("operate: [dba]", with: "operate: [dba]\n  overlook: [dba]")
  }
}
