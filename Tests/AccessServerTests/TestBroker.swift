import AccessBroker
import AccessCore
import AccessServer
import AccessTesting
import Foundation
import Ledger
import Logging
import PolicyFile
import ServiceLifecycle
import Synchronization
import Testing

/// A broker over a ledger in a temporary directory, behind both of its sockets.
struct TestBroker: Sendable {
  let broker: Broker
  let clock: ManualClock
  let policy: PolicyText
  let directory: TemporaryDirectory

  var ordinaryPath: String { directory.path + "/jitd.sock" }
  var adminPath: String { directory.path + "/admin.sock" }

  /// How many entries the ledger has.
  var entryCount: Int64 { get async { broker.ledger.state.nextSeq } }
  var openRequestCount: Int { get async { broker.ledger.state.requests.count } }

  /// Lets time pass on the wall clock.
  func advance(byMs ms: Int64) { clock.advance(byMs: ms) }

  /// Us, as the kernel knows us.
  var ordinary: HTTPClient { HTTPClient(path: ordinaryPath) }
  var admin: HTTPClient { HTTPClient(path: adminPath) }

  /// Somebody with a token.
  func client(_ person: String) async throws -> HTTPClient {
    HTTPClient(path: ordinaryPath, token: try await token(for: person))
  }

  func token(for person: String, lifetime: String = "30d") async throws -> String {
    let body: JSON = .object(["user": .string(person), "duration": .string(lifetime)])
    let reply = try await admin.post("/v1/tokens", body)
    return try #require(try reply.json()["token"]?.text, "\(reply.text)")
  }
}

/// A policy directory with one file, which a test may change.
final class PolicyText: Sendable {
  private let text: Mutex<String>

  init(_ text: String) { self.text = Mutex(text) }

  func set(_ new: String) { text.withLock { $0 = new } }

  var source: PolicySource {
    PolicySource(
      read: { [PolicyDocument(name: "policy.yaml", text: self.text.withLock { $0 })] },
      encode: { Array($0.map(\.text).joined().utf8) },
      decode: { [PolicyDocument(name: "policy.yaml", text: String(decoding: $0, as: UTF8.self))] })
  }
}

/// Runs `body` while a broker of its own serves, and stops it in any case.
func withBroker<Value: Sendable>(
  policy: String = samplePolicy, _ body: (TestBroker) async throws -> Value
) async throws -> Value {
  try await Slots.shared.take {
    let test = try await TestBroker(policy: policy)
    return try await test.serve { try await body(test) }
  }
}

extension TestBroker {
  /// Only the wall clock stands still: the broker bounds by the other one how long it waits.
  init(policy: String = samplePolicy) async throws {
    let (directory, clock, text) = (try TemporaryDirectory(), ManualClock(), PolicyText(policy))
    // Other users come in, too.
    try #require(chmod(directory.path, 0o711) == 0)
    let ledger = try await Ledger(
      in: StateDirectory(taking: directory.path + "/state"), origin: "jit.example.com/test",
      clock: clock.wall)
    let server = RecordingProvisioner()
    let broker = Broker(
      ledger: ledger, policySource: text.source,
      clocks: Clocks(wall: clock.wall, boot: Clocks.system(bootID: "boot-1").boot),
      sha256: sha256, signer: { _, _ in nil }, makeProvisioner: { _ in server },
      credentials: MemoryCredentials(),
      notify: { _ in }, logger: quiet)
    await broker.loadPolicy()
    self.init(broker: broker, clock: clock, policy: text, directory: directory)
  }

  /// Runs `body` while both sockets take calls and the loop runs.
  func serve<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let group = ServiceGroup(
      services: [
        RevocationLoop(broker), server(.ordinary) { isReady.yield() },
        server(.admin) { isReady.yield() },
      ], logger: quiet)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { isReady.finish() }
        try await group.run()
      }
      for await _ in ready.prefix(2) {}
      let result: Result<Value, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      return try result.get()
    }
  }

  var callers: CallersMax { .ordinary(descriptors: 16_384) }

  func server(
    _ entrance: Entrance, onReady: @escaping @Sendable () -> Void = {}
  ) -> AccessServer {
    let (path, mode): (String, UInt32) =
      switch entrance {
      case .ordinary: (ordinaryPath, 0o666)
      case .admin: (adminPath, 0o600)
      }
    return AccessServer(
      broker, entrance: entrance, path: path, mode: mode, callers: callers,
      times: StartTimes(now: clock.wall), logger: quiet, onReady: onReady)
  }
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
