import AccessBroker
import AccessCore
import Foundation
import Logging
import Testing

@testable import jitd

/// A notify program that is a shell script, and what is seen of it. Its first argument is the path
/// of a FIFO that the test reads.
struct RunningProgram {
  let notifier: NotifyProgram
  let fifo: FileHandle
  let logged: AsyncStream<String>

  func send(_ notice: Notice) { notifier.send(notice) }

  /// The next line that the program writes to the FIFO.
  func line() async throws -> String {
    let fifo = fifo
    return try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        done.resume(
          with: Result {
            var line: [UInt8] = []
            while line.last != 0x0A {
              // Waits at most a minute for the next byte.
              var waiting = pollfd(fd: fifo.fileDescriptor, events: Int16(POLLIN), revents: 0)
              guard poll(&waiting, 1, 60_000) == 1, let byte = try fifo.read(upToCount: 1)?.first
              else { throw NoLine() }
              line.append(byte)
            }
            return String(decoding: line.dropLast(), as: UTF8.self)
          })
      }
    }
  }

  func json() async throws -> JSON { try JSON(parsing: Array(try await line().utf8)) }

  /// The next message of the log.
  func log() async -> String? { await logged.first { _ in true } }
}

struct NoLine: Error {}

/// Runs `body` while notifications go to the script.
func withProgram(
  _ script: String, _ argument: String? = nil, path: String? = nil, isRunning: Bool = true,
  _ body: (RunningProgram) async throws -> Void
) async throws {
  // As jitd does when it starts: a program that does not read must not end us.
  signal(SIGPIPE, SIG_IGN)
  let directory = try TemporaryDirectory()
  let file = try directory.file("notify", "#!/bin/sh\n\(script)\n", mode: 0o700)
  let fifoPath = directory.path + "/fifo"
  try #require(mkfifo(fifoPath, 0o600) == 0)
  let fifo = try #require(FileHandle(forUpdatingAtPath: fifoPath))
  let (logged, log) = AsyncStream.makeStream(of: String.self)
  let notifier = NotifyProgram(
    [path ?? file, fifoPath] + [argument].compactMap { $0 }, broker: { nil },
    logger: Logger(label: "test") { _ in StreamedLog(messages: log) })
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    if isRunning { tasks.addTask { try await notifier.run() } }
    try await body(RunningProgram(notifier: notifier, fifo: fifo, logged: logged))
    tasks.cancelAll()
  }
  try fifo.close()
  try FileManager.default.removeItem(atPath: directory.path)
}

/// Hands on what is logged.
private struct StreamedLog: LogHandler {
  let messages: AsyncStream<String>.Continuation
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { messages.yield("\(event.message)") }
}
