import AccessCore
import AccessTesting
import Dispatch
import Foundation
import Logging
import Synchronization
import Testing

@testable import AccessBroker
@testable import Ledger

/// A broker in this process: a real ledger, two servers in memory, and a clock that stands still.
struct TestBroker: Sendable {
  let clock: ManualClock
  let policy: PolicyText
  let orders: RecordingProvisioner
  let stock: RecordingProvisioner
  let notices: Notices
  let journal: Journal
  let disk: Disk
  let credentials: MemoryCredentials
  let ledger: Ledger
  let broker: Broker
  let loop: RevocationLoop
  let statePath: String
  private let folder: TemporaryDirectory

  init(policy text: String = testPolicy) async throws {
    try await self.init(
      folder: TemporaryDirectory(), clock: ManualClock(), policy: PolicyText(text))
  }

  /// The broker that comes up when this one is killed now: its disk as it is, and new servers.
  func afterCrash() async throws -> TestBroker {
    let image = try TemporaryDirectory()
    try FileManager.default.copyItem(atPath: statePath, toPath: image.path + "/state")
    return try await TestBroker(
      folder: image, clock: clock, policy: policy, credentials: credentials)
  }

  private init(
    folder: TemporaryDirectory, clock: ManualClock, policy: PolicyText,
    credentials: MemoryCredentials? = nil
  ) async throws {
    let (journal, disk, notices) = (Journal(), Disk(), Notices())
    let credentials = credentials ?? MemoryCredentials()
    let note: @Sendable (RecordingProvisioner.Call) async -> Void = { call in
      await #expect(throws: Never.self) { try await journal.note(call) }
    }
    let orders = RecordingProvisioner(onCall: note)
    let stock = RecordingProvisioner(systemIdentifier: "7300000000000000002", onCall: note)
    statePath = folder.path + "/state"
    ledger = try await Ledger(
      in: StateDirectory(taking: statePath), origin: "jit.example.com/test", clock: clock.wall,
      failpoint: disk.reached)
    await journal.follow(ledger)
    broker = Broker(
      ledger: ledger, policySource: policy.source,
      clocks: Clocks(wall: clock.wall, boot: clock.boot), sha256: stableDigest,
      signer: { _, _ in nil },
      makeProvisioner: { $0.endpoint.host == "db2" ? stock : orders }, credentials: credentials,
      notify: { notices.take($0) }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    loop = RevocationLoop(broker)
    (self.folder, self.clock, self.policy, self.orders) = (folder, clock, policy, orders)
    self.credentials = credentials
    (self.stock, self.notices, self.journal, self.disk) = (stock, notices, journal, disk)
    await broker.judgeLedger(published: nil)
    await broker.loadPolicy()
  }
}

/// A function from bytes to 32 bytes, the same in every run. What a broker does with a digest does
/// not depend on which hash it is.
let stableDigest: SHA256Function = { bytes in
  let words = (UInt64(1)...4).map { lane in
    bytes.reduce(0xcbf2_9ce4_8422_2325 &* lane) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
  let digest = Digest(
    bytes: words.flatMap { word in (0..<8).map { UInt8(word >> ($0 * 8) & 255) } })
  guard let digest else { preconditionFailure("four words are 32 bytes") }
  return digest
}

func name<Kind>(_ text: String) -> Name<Kind> {
  guard let name = Name<Kind>(text) else { preconditionFailure("\(text) is not a name") }
  return name
}

func span(_ text: String) -> TimeSpan {
  guard let span = TimeSpan(text) else { preconditionFailure("\(text) is not a duration") }
  return span
}

func person(_ text: String) -> Caller {
  Caller(principal: name(text), proof: .peer(uid: 1_000))
}

/// The host's operator, on the admin socket.
let root = Caller(principal: name("root"), proof: .admin(uid: 0))

/// Everything that people outside were told.
final class Notices: Sendable {
  private let taken = Mutex<[Notice]>([])

  func take(_ notice: Notice) { taken.withLock { $0.append(notice) } }

  /// `stuck 7F3K2QXW`, `alarm`, …
  var words: [String] {
    taken.withLock { notices in
      notices.map { notice in
        switch notice {
        case .waitsForReview(let request): "waits \(request.id)"
        case .decided(let request): "decided \(request.id)"
        case .glassBroken(let request): "glass \(request.id)"
        case .reviewOverdue(let request): "overdue \(request.id)"
        case .ended(let request): "ended \(request.id)"
        case .stuck(let request): "stuck \(request.id)"
        case .alarm: "alarm"
        }
      }
    }
  }
}

/// A disk that a test can let hang: then no transaction of the ledger comes to its end.
final class Disk: Sendable {
  private let gate = DispatchSemaphore(value: 0)
  private let isHanging = Mutex(false)

  func hang() { isHanging.withLock { $0 = true } }

  func goOn() {
    isHanging.withLock { $0 = false }
    gate.signal()
  }

  func reached(_ failpoint: Failpoint) {
    guard failpoint == .entriesInserted else { return }
    // The thread that waits is SQLite's writer, not one that tasks need.
    if isHanging.withLock({ $0 }) { gate.wait() }
  }
}
