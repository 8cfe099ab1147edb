import AccessCore
import AccessTesting
import Synchronization
import Testing

@testable import AccessBroker

@Suite("The dead man's switch")
struct ReaperTests {
  private func database(_ name: String, host: String, user: String = "jit") -> Database {
    Database(
      name: AccessBrokerTests.name(name), uid: AccessBrokerTests.name("db-\(name)"),
      environment: .production,
      access: DatabaseAccess(
        engine: .postgresql, endpoint: Endpoint(host: host, port: 5432), dbname: name,
        sslmode: .disable, admin: AdminLogin(user: user, proof: .peer)))
  }

  private func role(_ name: String) -> RoleIdentity {
    RoleIdentity(name: name, oid: 1, systemIdentifier: "7")
  }

  @Test("cuts off what is overdue on every server, and closes what it has opened")
  func all() async throws {
    let (one, two) = (Server(["a": .done, "b": .done]), Server(["c": .done]))
    let report = await Reaper { $0.endpoint.host == "one" ? one : two }
      .reap([database("orders", host: "one"), database("stock", host: "two")])
    #expect(report.reaped.map(\.role.name) == ["a", "b", "c"])
    #expect(report.reaped.map(\.database.text) == ["orders", "orders", "stock"])
    #expect(report.missed.isEmpty && report.left.isEmpty)
    #expect(one.isClosed && two.isClosed)
  }

  @Test("a server that is down or hangs stops no other, and is named")
  func troubled() async throws {
    let (down, hanging) = (Server(unreachable: "no route"), Server(hangs: true))
    let fine = Server(["a": .done])
    let servers = ["down": down, "hanging": hanging, "fine": fine]
    let report = await Reaper(limit: .milliseconds(300)) { servers[$0.endpoint.host] ?? fine }
      .reap(servers.keys.map { database($0, host: $0) })
    #expect(report.reaped.map(\.role.name) == ["a"])
    #expect(report.missed.keys.map(\.text).sorted() == ["down", "hanging"])
    #expect(report.missed.values.contains("no route"))
    hanging.letGo()
  }

  @Test("what one login may not do, another one of the same server does; nothing is done twice")
  func twoLogins() async throws {
    let (weak, strong) = (
      Server(["a": .failed("42501"), "b": .done]), Server(["a": .done, "b": .done])
    )
    let report = await Reaper { $0.admin.user == "weak" ? weak : strong }
      .reap([
        database("orders", host: "one", user: "weak"),
        database("stock", host: "one", user: "strong"),
      ])
    #expect(report.left.isEmpty)
    #expect(weak.asked == ["a", "b"])
    #expect(strong.asked == ["a"])
  }

  @Test("says what is left")
  func left() async throws {
    let server = Server(["a": .failed("locked"), "b": .notOverdue, "c": .done])
    let report = await Reaper { _ in server }.reap([database("orders", host: "one")])
    #expect(report.left.map(\.role.name) == ["a"])
    #expect(report.missed.isEmpty)
  }

  /// A server whose overdue roles come to the ends that are given.
  private final class Server: Reaping {
    private let ends: [String: CutOff.Outcome]
    private let unreachable: String?
    private let gate: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)?
    private let state = Mutex((asked: [String](), isClosed: false))

    init(
      _ ends: [String: CutOff.Outcome] = [:], unreachable: String? = nil, hangs: Bool = false
    ) {
      (self.ends, self.unreachable) = (ends, unreachable)
      gate = hangs ? AsyncStream.makeStream(of: Void.self) : nil
    }

    var asked: [String] { state.withLock { $0.asked.sorted() } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    func letGo() { gate?.continuation.finish() }

    func overdue() async throws(ProvisioningError) -> [RoleIdentity] {
      if let unreachable { throw ProvisioningError(.unreachable, unreachable) }
      if let gate { for await _ in gate.stream {} }
      return ends.keys.map { RoleIdentity(name: $0, oid: 1, systemIdentifier: "7") }
    }

    func cutOff(_ role: RoleIdentity) async -> CutOff {
      state.withLock { $0.asked.append(role.name) }
      return CutOff(ends[role.name] ?? .notOverdue)
    }

    func close() async { state.withLock { $0.isClosed = true } }
  }
}
