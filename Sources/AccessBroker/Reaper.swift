import AccessCore
import Synchronization

/// The dead man's switch: ends what is overdue by the databases' own word, with no ledger open and no
/// broker running. It may run beside a broker, and beside itself.
package struct Reaper: Sendable {
  private let make: @Sendable (DatabaseAccess) -> any Reaping
  private let limit: Duration

  package init(
    limit: Duration = .seconds(Limits.reapSecondsMax),
    make: @escaping @Sendable (DatabaseAccess) -> any Reaping
  ) {
    (self.limit, self.make) = (limit, make)
  }

  /// All servers at once, each with its own time; one that is dead holds up no other.
  package func reap(_ databases: [Database]) async -> ReapReport {
    let servers = Dictionary(grouping: databases, by: \.access.endpoint).values
    return await withTaskGroup(of: ReapReport.self) { group in
      for databases in servers {
        group.addTask { await self.reap(server: databases.sorted { $0.name < $1.name }) }
      }
      return await group.reduce(into: ReapReport()) { $0.add($1) }
    }
  }

  /// Each of its databases may have another login, and what one cannot do another one may. What is
  /// not done when the time is up is left for the next run.
  private func reap(server databases: [Database]) async -> ReapReport {
    let report = Shared(ReapReport(missing: databases.map(\.name), "not finished within \(limit)"))
    await finish(within: limit) {
      for database in databases { await reap(database, report) }
    }
    return report.value
  }

  private func reap(_ database: Database, _ report: Shared<ReapReport>) async {
    let server = make(database.access)
    do throws(ProvisioningError) {
      let known = report.value
      let roles = try await server.overdue().filter { !known.isDone($0) }
      await cutOff(roles, database.name, server, report)
      report.change { $0.reached(database.name) }
    } catch {
      report.change { $0.miss(database.name, error.message) }
    }
    await server.close()
  }

  private func cutOff(
    _ roles: [RoleIdentity], _ database: DatabaseName, _ server: any Reaping,
    _ report: Shared<ReapReport>
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for (index, role) in roles.enumerated() {
        if index >= Limits.reapsAtOnceMax { await group.next() }
        group.addTask {
          let cutOff = await server.cutOff(role)
          report.change { $0.add(role, on: database, cutOff) }
        }
      }
    }
  }
}

/// What a run has done.
package struct ReapReport: Sendable {
  package struct Reaped: Sendable {
    package let database: DatabaseName
    package let role: RoleIdentity
    package let cutOff: CutOff
  }

  private var roles: [RoleIdentity: Reaped] = [:]
  /// Databases on which somebody has to look, and why.
  package private(set) var missed: [DatabaseName: String] = [:]

  init(missing names: [DatabaseName] = [], _ why: String = "") {
    for name in names { missed[name] = why }
  }

  /// By name.
  package var reaped: [Reaped] { roles.values.sorted { $0.role.name < $1.role.name } }

  /// Overdue roles that may still have sessions.
  package var left: [Reaped] { reaped.filter(\.isLeft) }

  fileprivate func isDone(_ role: RoleIdentity) -> Bool {
    roles[role].map { !$0.isLeft } ?? false
  }

  fileprivate mutating func add(_ role: RoleIdentity, on name: DatabaseName, _ cutOff: CutOff) {
    roles[role] = Reaped(database: name, role: role, cutOff: cutOff)
  }

  fileprivate mutating func reached(_ name: DatabaseName) { missed[name] = nil }
  fileprivate mutating func miss(_ name: DatabaseName, _ why: String) { missed[name] = why }

  fileprivate mutating func add(_ other: ReapReport) {
    roles.merge(other.roles) { $1 }
    missed.merge(other.missed) { $1 }
  }
}

extension ReapReport.Reaped {
  fileprivate var isLeft: Bool {
    switch cutOff.outcome {
    case .done, .notOverdue: false
    case .failed: true
    }
  }
}

/// What several tasks add to.
private final class Shared<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value { mutex.withLock { $0 } }

  func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

/// Returns when `body` does, or when the time is up: then nobody waits for the rest, which may hang in
/// a call that nothing can cut off, like the resolution of a host's name.
private func finish(
  within limit: Duration, _ body: @escaping @Sendable () async -> Void
) async {
  let (endings, ending) = AsyncStream.makeStream(of: Void.self)
  let work = Task {
    await body()
    ending.finish()
  }
  let alarm = Task {
    // Cancelled: the work is done.
    try? await Task.sleep(for: limit)
    ending.finish()
  }
  for await _ in endings {}
  work.cancel()
  alarm.cancel()
}
