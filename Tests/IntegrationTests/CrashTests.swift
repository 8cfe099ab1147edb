import AccessAPI
import AccessCore
import AccessTesting
import Glibc
import PostgresClient
import Testing

@Suite("A broker that is killed", .timeLimit(.minutes(10)))
struct CrashTests {
  @Test("leaves nothing alive and forgets nothing, wherever it dies", arguments: Failpoint.allCases)
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

    /// Long enough for what has to happen before time is up.
    var duration: String {
      switch self {
      case .submit, .activate: "4s"
      case .reissue: "12s"
      case .expire: "3s"
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
    }
  }
}
