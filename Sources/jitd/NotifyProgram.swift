import AccessAPI
import AccessBroker
import AccessCore
import AccessServer
import Foundation
import Logging
import ServiceLifecycle

/// Calls the operator's program with one JSON event on its standard input, one event after the
/// other. A program that hangs is ended; when it cannot keep up, the newest events are dropped, for
/// the ledger has them all.
final class NotifyProgram: Service {
  private let command: [String]
  private let broker: @Sendable () -> Broker?
  private let logger: Logger
  private let notices: AsyncStream<Notice>
  private let continuation: AsyncStream<Notice>.Continuation

  init(_ command: [String], broker: @escaping @Sendable () -> Broker?, logger: Logger) {
    self.command = command
    self.broker = broker
    self.logger = logger
    (notices, continuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(Limits.notificationsWaitingMax))
  }

  func send(_ notice: Notice) {
    guard !command.isEmpty else { return }
    if case .dropped = continuation.yield(notice) {
      logger.warning("a notification is dropped: the notify program does not keep up")
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await notice in self.notices {
        do { try await self.deliver(notice) } catch {
          self.logger.error("the notify program failed: \(error)")
        }
      }
    }
  }

  private struct Event: Codable {
    let event: String
    @Nullable var request: RequestView?
    @Nullable var message: String?
  }

  private func event(_ notice: Notice) async throws -> Event {
    switch notice {
    case .waitsForReview(let request): try await event("request.waiting", request)
    case .decided(let request): try await event("request.decided", request)
    case .ended(let request): try await event("grant.ended", request)
    case .stuck(let request): try await event("grant.stuck", request)
    case .alarm(let message): Event(event: "alarm", request: nil, message: message)
    }
  }

  private func event(_ name: String, _ request: AccessCore.Request) async throws -> Event {
    let view = try await broker()?.detail(request)
    return Event(event: name, request: view.map { RequestView($0) }, message: nil)
  }

  private func deliver(_ notice: Notice) async throws {
    let line = try JSONEncoder().encode(await event(notice)) + Data("\n".utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    // Nothing of ours but what every program needs: the environment may hold the way to secrets.
    process.environment = ProcessInfo.processInfo.environment.filter {
      ["PATH", "LANG", "TZ", "HOME"].contains($0.key)
    }
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.standardError
    let ended = AsyncStream<Int32> { ended in
      process.terminationHandler = { process in
        ended.yield(process.terminationStatus)
        ended.finish()
      }
    }
    try process.run()
    let watchdog = Task {
      try await Task.sleep(for: .seconds(Limits.notifySecondsMax))
      kill(process.processIdentifier, SIGKILL)
    }
    defer { watchdog.cancel() }
    try input.fileHandleForWriting.write(contentsOf: line)
    try input.fileHandleForWriting.close()
    for await status in ended where status != 0 {
      logger.error("the notify program ended with \(status)")
    }
  }
}
