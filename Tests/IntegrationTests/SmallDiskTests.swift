import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

/// Where `DiskTests` stands in for the kernel, here the kernel itself says that there is no space.
@Suite(
  "A small disk that is full", .timeLimit(.minutes(10)),
  .enabled("NOT RUN: a tmpfs cannot be mounted here; it takes root (CAP_SYS_ADMIN)") {
    try await LiveSmallDisk.isPossible()
  })
struct SmallDiskTests {
  @Test("gives no access, takes it away, and has everything once there is space")
  func full() async throws {
    try await withSmallDisk { broker, disk, grants in
      let acknowledged = try await broker.fill(disk)
      try await broker.expectNothingIsGiven(grants.approved)
      try await broker.releaseNotDurably(grants.released)
      try await eventually("the one that is over is gone", within: .seconds(30)) {
        try await broker.database.roles(of: grants.expiring) == []
      }

      try disk.free()
      try await broker.expectEnded(grants.released, cause: .released, within: .seconds(30))
      try await broker.expectEnded(grants.expiring, cause: .expired, within: .seconds(30))
      try await broker.expectEverything(acknowledged)
      try await broker.session(grants.approved).close()
      try await broker.restart()
      try await broker.expectSoundLedger()
    }
  }

  @Test("and is full still after a kill: what is over ends all the same")
  func killed() async throws {
    try await withSmallDisk { broker, disk, grants in
      let acknowledged = try await broker.fill(disk)
      try await broker.releaseNotDurably(grants.released)
      try await broker.kill()
      try await broker.start()
      try await broker.expectNothingIsGiven(grants.approved)
      try await eventually("the one that is over is gone", within: .seconds(30)) {
        try await broker.database.roles(of: grants.expiring) == []
      }

      try disk.free()
      // Nobody but the catalog knew that it was released.
      try await broker.expectEnded(grants.released, cause: .orphaned, within: .seconds(30))
      try await broker.expectEnded(grants.expiring, cause: .expired, within: .seconds(30))
      try await broker.expectEverything(acknowledged)
      try await broker.session(grants.approved).close()
      try await broker.expectSoundLedger()
    }
  }

  private struct Grants {
    let released: String
    /// Is over in a few seconds.
    let expiring: String
    let approved: String
  }

  private func withSmallDisk(
    _ body: @Sendable (LiveBroker, LiveSmallDisk, Grants) async throws -> Void
  ) async throws {
    try await withLiveBroker { broker in
      try await broker.stop()
      let disk = try await LiveSmallDisk(below: broker.state)
      try await broker.start()
      for person in ["alice", "bob", "audrey", "dana"] { _ = try await broker.token(of: person) }
      let grants = Grants(
        released: try await broker.approved(), expiring: try await broker.approved(for: "6s"),
        approved: try await broker.approved())
      for id in [grants.released, grants.expiring] { try await broker.session(id).close() }
      try await body(broker, disk, grants)
    }
  }
}

/// What a full disk must not lose.
private struct Acknowledged {
  var entries: [LiveEntry]
  /// Requests that came after those entries.
  var requests: [String] = []
}

extension LiveBroker {
  /// Fills the disk, and with requests what SQLite has set aside on it.
  fileprivate func fill(_ disk: LiveSmallDisk) async throws -> Acknowledged {
    var acknowledged = Acknowledged(entries: try await entries())
    try disk.fill()
    try await eventually("nothing more is taken") {
      let asked = try await jit(
        as: "alice", "request", "--db", "orders_PROD", "--role", "write", "--for", "5m",
        "--reason", "INC-1", "-o", "json")
      if asked.status == 69 { return true }
      acknowledged.requests.append(try asked.json(RequestView.self).id)
      return false
    }
    return acknowledged
  }

  fileprivate func expectEverything(_ acknowledged: Acknowledged) async throws {
    let entries = try await entries()
    #expect(Array(entries.prefix(acknowledged.entries.count)) == acknowledged.entries)
    for id in acknowledged.requests {
      #expect(entries.count { $0.kind == .requestSubmitted && $0.request == id } == 1)
    }
  }
}
