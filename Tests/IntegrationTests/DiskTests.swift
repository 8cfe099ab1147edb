import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("A disk that refuses", .timeLimit(.minutes(10)))
struct DiskTests {
  @Test(
    "gives no access, takes it away, and has everything when it works again",
    arguments: LiveDisk.Trouble.allCases)
  func refuses(_ trouble: LiveDisk.Trouble) async throws {
    try await withRefusingDisk(trouble) { broker, disk, active, approved in
      let acknowledged = try await broker.entries()
      try disk.refuse(trouble)
      try await broker.expectNothingIsGiven(approved)
      try await broker.releaseNotDurably(active)
      try await broker.expectNothingIsGiven(approved)

      try disk.mend()
      try await eventually("the end is an entry") {
        try await broker.count(.grantEnded, of: active) == 1
      }
      try await broker.expectEnded(active, cause: .released, within: .seconds(10))
      #expect(try await Array(broker.entries().prefix(acknowledged.count)) == acknowledged)
      try await broker.session(approved).close()
      try await broker.stop()
      try await broker.start()
      try await broker.expectSoundLedger()
    }
  }

  @Test(
    "a release that could not be written outlives a kill",
    arguments: LiveDisk.Trouble.allCases)
  func killedAfterRelease(_ trouble: LiveDisk.Trouble) async throws {
    try await withRefusingDisk(trouble) { broker, disk, active, approved in
      let acknowledged = try await broker.entries()
      try disk.refuse(trouble)
      try await broker.releaseNotDurably(active)
      try await broker.kill()
      try disk.mend()
      try await broker.start(environment: disk.environment)
      // Its role is gone, and the ledger learns that from the catalog.
      try await broker.waitUntil(active, is: "ended", within: .seconds(30))
      #expect(try await Array(broker.entries().prefix(acknowledged.count)) == acknowledged)
      try await broker.session(approved).close()
      try await broker.expectSoundLedger()
    }
  }

  @Test("a release that was fenced, and could not be written, is finished after a kill")
  func killedFenced() async throws {
    try await withRefusingDisk(.full) { broker, disk, active, _ in
      try await broker.restart(
        environment: disk.environment.merging(["JITD_FAILPOINT": "fenced"]) { $1 })
      try disk.refuse(.full)
      try await broker.jit(as: "alice", "release", active).expectRefused(69)
      #expect(try await broker.ended() == .killed(by: 9))
      try disk.mend()
      #expect(try await broker.database.roles(of: active) != [])
      try await broker.start()
      try await broker.expectEnded(active, cause: .orphaned, within: .seconds(30))
    }
  }

  @Test("a lockdown on a full disk outlives a kill: what was live ends, and nothing is given")
  func lockdown() async throws {
    try await withRefusingDisk(.full) { broker, disk, active, approved in
      try disk.refuse(.full)
      let locked: LockdownReportView = try await broker.jitAdmin("lockdown", "-o", "json").json()
      #expect(!locked.durable)
      try await broker.kill()
      try disk.mend()
      try await broker.start(environment: disk.environment)
      try await broker.jit(as: "alice", "credentials", approved)
        .expectRefused(77, saying: "lockdown of everything")
      try await broker.waitUntil(active, is: "ended", within: .seconds(10))
      #expect(try await broker.database.roles(of: active) == [])
      #expect(try await broker.entries().count { $0.kind == .lockdownStarted } == 1)
      let doctor = try await broker.jit(as: "dana", "doctor")
      #expect(doctor.status == 70 && doctor.text.contains("`jit admin lockdown --lift`"))

      try await broker.jitAdmin("lockdown", "--lift").expectRefused(77, saying: "who locked")
      try await broker.jit(
        as: "dana", "admin", "lockdown", "--lift", environment: ["JIT_ADMIN": ""]
      ).succeeded()
      try await broker.session(approved).close()
      try await broker.expectSoundLedger()
    }
  }

  /// A broker on a disk that can refuse, with an active grant and an approved request of alice's.
  private func withRefusingDisk(
    _ trouble: LiveDisk.Trouble,
    _ body: @Sendable (LiveBroker, LiveDisk, String, String) async throws -> Void
  ) async throws {
    try await withLiveBroker { broker in
      let disk = try await LiveDisk(in: broker.folder)
      try await broker.restart(environment: disk.environment)
      let (active, approved) = (try await broker.approved(), try await broker.approved())
      try await broker.session(active).close()
      for person in ["alice", "audrey"] { _ = try await broker.token(of: person) }
      try await body(broker, disk, active, approved)
    }
  }
}

extension LiveBroker {
  func expectNothingIsGiven(_ approved: String) async throws {
    try await jit(as: "alice", "credentials", approved).expectRefused(69)
    try await jit(
      as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "5m",
      "--reason", "INC-1"
    ).expectRefused(69)
    #expect(try await database.roles(of: approved) == [])
  }

  func releaseNotDurably(_ id: String) async throws {
    let released: RequestView = try await jit(as: "alice", "release", id, "-o", "json").json()
    #expect(!released.durable)
    try await eventually("its role is gone") { try await database.roles(of: id) == [] }
  }

  /// All of history is verified, and nothing speaks against it.
  func expectSoundLedger() async throws {
    try await eventually("history is verified") {
      try await jit(as: "dana", "doctor").text.contains("entries verified")
    }
    try await jit(as: "dana", "doctor").succeeded()
  }
}
