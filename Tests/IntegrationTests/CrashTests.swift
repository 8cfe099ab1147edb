import AccessAPI
import AccessCore
import AccessTesting
import Glibc
import PostgresClient
import Testing

@Suite("A broker that is killed", .timeLimit(.minutes(10)))
struct CrashTests {
  @Test(
    "leaves nothing alive and forgets nothing, wherever it dies",
    arguments: Failpoint.allCases.filter { $0.step.isInTheLifeOfAGrant })
  func dies(at failpoint: Failpoint) async throws {
    try await withLiveBroker { broker in
      var id = try await broker.approved(for: failpoint.step.duration)
      if failpoint.step == .reissue { try await broker.credentials(id) }
      let acknowledged = try await broker.entries()

      try await broker.restart(environment: ["JITD_FAILPOINT": failpoint.rawValue])
      let session = try await reach(failpoint.step, id, broker)
      try await broker.dieAndStartAgain(id)
      if failpoint.step == .submit {
        // Nobody was told that it exists, and it does not.
        #expect(try await broker.mine().map(\.id) == [id])
        id = try await broker.approved(for: failpoint.step.duration)
      }
      try await broker.activateUnlessActivated(id)
      try await broker.expectEnded(id, cause: .expired, within: .seconds(40))
      #expect(try await broker.database.sessions() == 0)
      await session?.close()
      try await expectWholeHistory(of: id, since: acknowledged, in: broker)
    }
  }

  @Test(
    "finishes a release that it died in",
    arguments: Failpoint.allCases.filter { $0.step == .expire })
  func diesReleasing(at failpoint: Failpoint) async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "30m")
      let session = try await broker.session(id)
      let acknowledged = try await broker.entries()

      try await broker.restart(environment: ["JITD_FAILPOINT": failpoint.rawValue])
      try await broker.jit(as: "alice", "release", id).expectRefused(69)
      try await broker.dieAndStartAgain(id)
      try await broker.expectEnded(id, cause: .released, within: .seconds(40))
      #expect(try await broker.database.sessions() == 0)
      await session.close()
      try await expectWholeHistory(of: id, since: acknowledged, in: broker)
    }
  }

  @Test(
    "has moved an end once the ledger says so",
    arguments: Failpoint.allCases.filter { $0.step == .extend })
  func diesExtending(at failpoint: Failpoint) async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "30m")
      let session = try await broker.session(id)
      try await broker.restart(environment: ["JITD_FAILPOINT": failpoint.rawValue])
      let more = try await broker.extend(id, by: "20m")
      try await broker.jit(as: "bob", "approve", more).expectRefused(69)
      try await broker.dieAndStartAgain(id)
      let grant = try await broker.grant(id)
      try await eventually("the database knows the new end") {
        try await broker.database.expiry(of: grant.roleName) == grant.expiresAt
      }
      #expect(try await broker.show(id).duration == "50m")
      #expect(try await broker.show(more).state == "approved")
      #expect(try await session.query("SELECT 1").count == 1)
      try await broker.jit(as: "alice", "release", id).succeeded()
      try await broker.expectEnded(id, cause: .released, within: .seconds(10))
      #expect(try await broker.entries().count { $0.kind == .grantExtended } == 1)
      await session.close()
    }
  }

  @Test("goes on with a lockdown that it died in")
  func diesLockingDown() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "30m")
      try await broker.session(id).close()
      try await broker.restart(environment: ["JITD_FAILPOINT": Failpoint.lockdownRecorded.rawValue])
      try await broker.jitAdmin("lockdown").expectRefused(69)
      try await broker.dieAndStartAgain(id)
      try await broker.expectEnded(id, cause: .lockdown, within: .seconds(10))
      let other = try await broker.approved()
      try await broker.jit(as: "alice", "credentials", other).expectRefused(77, saying: "lockdown")
    }
  }

  @Test(
    "keeps a secret of its own that works, wherever it dies in a rotation",
    arguments: Failpoint.allCases.filter { $0.step == .rotate })
  func diesRotating(at failpoint: Failpoint) async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved(for: "30m")
      try await broker.session(id).close()
      try await broker.restart(environment: ["JITD_FAILPOINT": failpoint.rawValue])
      try await broker.jitAdmin("rotate", "orders_PROD").expectRefused(69)
      try await broker.dieAndStartAgain(id)
      // It works at once, and in a while there is one secret only.
      try await broker.session(id).close()
      try await eventually("the rotation is finished") {
        try broker.credentialFiles == ["orders-admin"]
      }
      let secret = try broker.adminSecret
      #expect(secret != broker.database.adminPassword)
      try await broker.database.login(user: broker.database.admin, password: secret).close()
      await #expect(throws: PostgresError.self) {
        try await broker.database.login(
          user: broker.database.admin, password: broker.database.adminPassword)
      }
      #expect(try await broker.entries().contains { $0.kind == .credentialRotated })
      try await broker.jit(as: "alice", "release", id).succeeded()
      try await broker.expectEnded(id, cause: .released, within: .seconds(10))
    }
  }

  /// Does what brings the broker to the failpoint; the session that is open then, if there is one.
  private func reach(
    _ step: Failpoint.Step, _ id: String, _ broker: LiveBroker
  ) async throws -> Connection? {
    switch step {
    case .submit:
      try await broker.jit(
        as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "30m",
        "--reason", "INC-43 lost"
      ).expectRefused(69)
      return nil
    case .activate, .reissue:
      try await broker.jit(as: "alice", "credentials", id).expectRefused(69)
      return nil
    case .expire: return try await broker.session(id)
    case .extend, .lockDown, .rotate: throw LiveError("has a test of its own")
    }
  }

  private func expectWholeHistory(
    of id: String, since acknowledged: [LiveEntry], in broker: LiveBroker
  ) async throws {
    let entries = try await broker.entries()
    #expect(entries.map(\.seq) == Array(0..<Int64(entries.count)))
    #expect(Array(entries.prefix(acknowledged.count)) == acknowledged)

    func count(_ kind: EventKind) -> Int {
      entries.count { $0.kind == kind && $0.request == id }
    }
    for once: EventKind in [
      .requestSubmitted, .reviewRecorded, .requestApproved, .grantActivated, .grantRevoking,
      .grantEnded,
    ] { #expect(count(once) == 1, "\(once.rawValue) of \(id)") }
    // Every activation that did not come about was verified to be undone.
    #expect(count(.grantActivating) == count(.grantFailed) + 1)
    #expect(entries.count { $0.kind == .orphanFound } == 0)
  }
}

extension LiveBroker {
  /// The failpoint was reached, and no login that the crash has left lacks an entry.
  fileprivate func dieAndStartAgain(_ id: String) async throws {
    let ending = try await ended(within: .seconds(30))
    try #require(ending == .killed(by: SIGKILL), "the failpoint was not reached")
    let logins = try await database.roles(of: id, thatCanLogIn: true)
    let looked = LiveClock.now
    try await start()
    let known = try await entries().filter { $0.request == id && $0.at <= looked }.map(\.kind)
    #expect(logins.isEmpty || (known.contains(.grantActivated) && !known.contains(.grantEnded)))
  }

  /// After a crash in an activation the request is approved again, or active.
  fileprivate func activateUnlessActivated(_ id: String) async throws {
    try await eventually("the activation of \(id) has been settled", within: .seconds(30)) {
      try await show(id).grant?.state != "activating"
    }
    let request = try await show(id)
    #expect(request.state == "approved")
    if request.grant == nil {
      #expect(try await database.roles(of: id) == [])
      try await credentials(id)
    }
  }

  fileprivate func mine() async throws -> [RequestView] {
    try await jit(as: "alice", "requests", "--mine", "-o", "json").json()
  }
}

extension Failpoint {
  /// What has to go on for a failpoint to be reached.
  fileprivate enum Step {
    case submit, activate, reissue, expire
    case extend, lockDown, rotate

    var isInTheLifeOfAGrant: Bool {
      switch self {
      case .submit, .activate, .reissue, .expire: true
      case .extend, .lockDown, .rotate: false
      }
    }

    /// Long enough for what has to happen before time is up.
    var duration: String {
      switch self {
      case .submit, .activate: "4s"
      case .reissue: "12s"
      case .expire: "3s"
      case .extend, .lockDown, .rotate: "30m"
      }
    }
  }

  fileprivate var step: Step {
    switch self {
    case .entriesInserted: .submit
    case .activatingRecorded, .roleCreated, .activatedRecorded, .loginEnabled: .activate
    case .reissueRecorded, .passwordChanged: .reissue
    case .revokingRecorded, .fenced, .scopesRevoked, .sessionsEnded, .roleDropped,
      .revocationVerified, .endedRecorded:
      .expire
    case .extensionRecorded, .expiryMoved: .extend
    case .lockdownRecorded: .lockDown
    case .nextSecretKept, .rotationRecorded, .adminPasswordChanged, .nextSecretProven,
      .rotationSettled:
      .rotate
    }
  }
}
