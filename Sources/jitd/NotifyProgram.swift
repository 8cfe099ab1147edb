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
    case .glassBroken(let request): try await event("alarm", request, glassBroken(request))
    case .reviewOverdue(let request): try await event("alarm", request, reviewOverdue(request))
    case .alarm(let message): Event(event: "alarm", request: nil, message: message)
    }
  }

  private func event(
    _ name: String, _ request: AccessCore.Request, _ message: String? = nil
  ) async throws -> Event {
    let view = try await broker()?.detail(request)
    return Event(event: name, request: view.map { RequestView($0) }, message: message)
  }

  private func glassBroken(_ request: AccessCore.Request) -> String {
    let ask = request.ask
    return
      "\(ask.requester) breaks the glass: \(ask.role) on \(ask.database) for \(ask.duration)"
  }

  private func reviewOverdue(_ request: AccessCore.Request) -> String {
    "nobody has reviewed \(request.id) in time, where \(request.ask.requester) broke the glass"
  }

  private func deliver(_ notice: Notice) async throws {
    let line = try JSONEncoder().encode(await event(notice)) + Data("\n".utf8)
    let program = ChildProgram(command: command, secondsMax: Limits.notifySecondsMax)
    let (ending, output) = try await program.run(input: line)
    if !output.isEmpty { logger.info("the notify program says: \(output.inert)") }
    switch ending {
    case .exited(0): break
    case .exited(let status): logger.error("the notify program ended with \(status)")
    case .killed(let signal): logger.error("the notify program was ended by signal \(signal)")
    case .tooSlow:
      logger.error("the notify program took over \(program.secondsMax) s and was ended")
    }
  }
}
