import Foundation

/// The real `jitd` with a database, policies and people of its own, as an operator would set it up.
///
/// It ends and takes everything with it when `withLiveBroker` returns, and when the test process
/// ends in any way.
package actor LiveBroker {
  package nonisolated let database: LiveDatabase
  /// Short, as sockets need.
  package nonisolated let folder: String
  /// Part of every name that one cluster shares.
  package nonisolated let suffix: String
  package nonisolated var origin: String { "jit.example.com/\(suffix)" }

  private let watchdog: LiveWatchdog
  private var daemon: LiveProcess?
  var tokens: [String: String] = [:]

  init(on postgres: ThrowAwayPostgres) async throws {
    suffix = String(UInt32.random(in: .min ... .max), radix: 16)
    folder = "/tmp/jit-live-\(suffix)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    watchdog = try LiveWatchdog(folder: folder)
    database = try await LiveDatabase(on: postgres, suffix: suffix)
    try prepareFiles()
  }

  // MARK: - The daemon

  /// Starts `jitd` on the state that is there, and waits until it takes calls.
  ///
  /// - Parameters:
  ///   - arguments: beside the configuration.
  ///   - output: where its standard output and error go, by default into `log`.
  ///   - openFiles: limits as prlimit(1) takes them: `256`, or `64:256`, the soft one first.
  package func start(
    environment: [String: String] = [:], arguments: [String] = [], output: String? = nil,
    openFiles: String? = nil
  ) async throws {
    precondition(daemon == nil, "it runs already")
    let process = try spawn(environment, arguments, output ?? log, openFiles)
    daemon = process
    try await eventually("jitd takes calls", within: .seconds(30)) {
      if let ending = process.ending { throw LiveError("jitd ended at once: \(ending)") }
      return try answers(socket) && answers(adminSocket)
    }
  }

  /// Asks it to end with SIGTERM; an error unless it exits with 0.
  package func stop() async throws {
    guard let daemon else { throw LiveError("jitd does not run") }
    daemon.send(SIGTERM)
    let ending = try await ended()
    guard ending == .exited(0) else { throw LiveError("SIGTERM ended jitd with \(ending)") }
  }

  /// As a power failure would end it.
  package func kill() async throws {
    daemon?.send(SIGKILL)
    _ = try await ended()
  }

  /// Waits for an end that something else brings about.
  @discardableResult
  package func ended(within limit: Duration = .seconds(30)) async throws -> LiveProcess.Ending {
    guard let daemon else { throw LiveError("jitd does not run") }
    let ending = try await daemon.ended(within: limit)
    self.daemon = nil
    return ending
  }

  package func restart(environment: [String: String] = [:]) async throws {
    try await stop()
    try await start(environment: environment)
  }

  /// Has it read its policies again (SIGHUP).
  package func hangUp() { daemon?.send(SIGHUP) }

  package var pid: pid_t? { daemon?.pid }
  package var isRunning: Bool { daemon.map { $0.ending == nil } ?? false }

  /// One more `jitd` with the same configuration; its own log is its output.
  package func startSecond() throws -> LiveCommand {
    try LiveCommand(
      LiveProgram.jitd.path, ["--config", configuration], environment: environment(), in: folder)
  }

  /// `jitd reap`, to its end.
  package func reap() async throws -> LiveRun {
    try await LiveCommand(
      LiveProgram.jitd.path, ["reap", "--config", configuration], environment: environment(),
      in: folder
    ).finished()
  }

  /// One more `jitd` with the same configuration, whose output goes somewhere else.
  package func spawn(
    _ command: [String] = [], output: String
  ) throws -> LiveProcess {
    try LiveProcess(
      LiveProgram.jitd.path, command + ["--config", configuration], environment: environment(),
      in: folder, stdout: output, stderr: output)
  }

  private func spawn(
    _ environment: [String: String], _ arguments: [String], _ output: String, _ openFiles: String?
  ) throws -> LiveProcess {
    var words = [try LiveProgram.jitd.path, "--config", configuration] + arguments
    // It becomes the program: the process is the same.
    if let openFiles { words = ["/usr/bin/prlimit", "--nofile=\(openFiles)"] + words }
    return try LiveProcess(
      words[0], Array(words.dropFirst()),
      environment: self.environment().merging(environment) { $1 }, in: folder, stdout: output,
      stderr: output)
  }

  func destroy() async throws {
    daemon?.send(SIGKILL)
    try await watchdog.release()
  }

  /// The end of the daemon's log, for people.
  fileprivate var tail: String {
    guard let data = FileManager.default.contents(atPath: log) else { return "(no log)" }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(20)
      .joined(separator: "\n")
  }
}

/// Runs `body` with a broker of its own. In the end the broker, if it still runs, has to drain and
/// to exit with 0.
///
/// - Parameters:
///   - postgres: by default one that all brokers of the test process share.
///   - environment: for the daemon.
package func withLiveBroker(
  on postgres: ThrowAwayPostgres? = nil, environment: [String: String] = [:],
  _ body: @Sendable (LiveBroker) async throws -> Void
) async throws {
  await LiveSlots.shared.take()
  let result: Result<Void, any Error>
  do {
    let server = if let postgres { postgres } else { try await ThrowAwayPostgres.shared }
    let broker = try await LiveBroker(on: server)
    do {
      try await broker.start(environment: environment)
      try await body(broker)
      if await broker.isRunning { try await broker.stop() }
      result = .success(())
    } catch {
      result = .failure(LiveError("\(error)\n\(await broker.tail)"))
    }
    try await broker.destroy()
    await LiveSlots.shared.giveBack()
  } catch {
    await LiveSlots.shared.giveBack()
    throw error
  }
  try result.get()
}

/// The programs of the product, where they were built: beside the tests.
enum LiveProgram: String {
  case jit, jitd

  var path: String {
    get throws {
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let path = URL(filePath: tests).deletingLastPathComponent().appending(path: rawValue).path
      guard FileManager.default.isExecutableFile(atPath: path) else {
        throw LiveError("\(path) is missing; build everything first: scripts/build --build-tests")
      }
      return path
    }
  }
}
