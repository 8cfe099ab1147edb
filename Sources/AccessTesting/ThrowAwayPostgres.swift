import Foundation

/// A real PostgreSQL server of a test's own: new data, a free port on 127.0.0.1, a Unix socket.
///
/// It is stopped and removed when `destroy` is called, when nobody holds it any more, and when the
/// test process ends in any way, `kill -9` included.
package actor ThrowAwayPostgres {
  package enum StopMode: String, Sendable {
    /// Ends sessions properly.
    case fast
    /// As in a crash: the next start recovers.
    case immediate
  }

  package nonisolated let major: Int
  package nonisolated let port: Int
  /// The folder of the Unix socket and of all files of the server. Short, as sockets need.
  package nonisolated let folder: String
  package nonisolated let superuserPassword: String
  package nonisolated var dataFolder: String { "\(folder)/data" }
  package nonisolated var log: String { "\(folder)/log" }

  private let binaries: ThrowAwayPostgresBinaries
  private let watchdog: ThrowAwayPostgresWatchdog

  /// Makes and starts a server; takes about a second.
  ///
  /// - Parameters:
  ///   - settings: for `postgresql.conf`, without quotes.
  ///   - preload: libraries for `shared_preload_libraries`.
  ///   - fsync: off is faster, where no test is about durability.
  package static func start(
    major: Int = 15, settings: [String: String] = [:], preload: [String] = [], fsync: Bool = true
  ) async throws -> ThrowAwayPostgres {
    let server = try ThrowAwayPostgres(major: major)
    do {
      try await server.initialize(settings: settings, preload: preload, fsync: fsync)
      try await server.startAgain()
      return server
    } catch {
      try await server.destroy()
      throw error
    }
  }

  /// - Parameter superuserPassword: of the server that it will be a copy of.
  init(major: Int, superuserPassword: String? = nil) throws {
    self.major = major
    binaries = try ThrowAwayPostgresBinaries(major: major)
    port = try Self.freePort()
    self.superuserPassword = superuserPassword ?? randomHex(bytes: 16)
    // Not the temporary folder of the environment: the path of a socket has at most 107 bytes.
    folder = "/tmp/jit-postgres-\(randomHex(bytes: 6))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    watchdog = try ThrowAwayPostgresWatchdog(folder: folder)
    try ThrowAwayPostgresUser.current.take(folder)
  }

  private func initialize(settings: [String: String], preload: [String], fsync: Bool) async throws {
    let passwordFile = "\(folder)/password"
    try Data(superuserPassword.utf8).write(to: URL(filePath: passwordFile))
    try ThrowAwayPostgresUser.current.take(passwordFile)
    try await run(
      "initdb",
      [
        "--pgdata=\(dataFolder)", "--username=postgres", "--pwfile=\(passwordFile)",
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
      ])
    try FileManager.default.removeItem(atPath: passwordFile)

    var all = [
      "port": String(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": folder,
      "fsync": fsync ? "on" : "off", "shared_preload_libraries": preload.joined(separator: ","),
    ]
    all.merge(settings) { _, given in given }
    let lines = all.sorted { $0.key < $1.key }.map { name, value in
      "\(name) = '\(value.replacing("'", with: "''"))'\n"
    }
    try append(lines.joined(), to: "postgresql.conf")
  }

  /// What stands last counts.
  func append(_ text: String, to name: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: "\(dataFolder)/\(name)"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  /// Starts a stopped server on the same port and data, and waits until it takes connections.
  package func startAgain() async throws {
    try await run("pg_ctl", ["start", "--pgdata=\(dataFolder)", "--log=\(log)", "--wait"])
  }

  package func stop(mode: StopMode = .fast) async throws {
    try await run("pg_ctl", ["stop", "--pgdata=\(dataFolder)", "--mode=\(mode)", "--wait"])
  }

  /// Reads the configuration files again.
  package func reload() async throws {
    try await run("pg_ctl", ["reload", "--pgdata=\(dataFolder)"])
  }

  /// Freezes every process of the server: it keeps its connections and answers nothing.
  package func pause() throws {
    let server = try pid()
    // First the one that makes others, so that the list is complete.
    try send(SIGSTOP, to: [server])
    try send(SIGSTOP, to: children(of: server))
  }

  package func resume() throws {
    let server = try pid()
    try send(SIGCONT, to: children(of: server) + [server])
  }

  /// Ends the server, running or not, and removes all its files.
  package func destroy() async throws {
    try await watchdog.release()
  }

  func run(_ program: String, _ arguments: [String]) async throws {
    let output = "\(folder)/\(program).out"
    let command = binaries.command(program, arguments)
    if try await ChildProcess("/usr/bin/env", command, log: output).succeeded() { return }
    let reports = try [output, log].filter(FileManager.default.fileExists(atPath:))
      .map { try String(contentsOfFile: $0, encoding: .utf8) }
    throw ThrowAwayPostgresError("\(program) failed:\n\(reports.joined(separator: "\n"))")
  }

  private func pid() throws -> pid_t {
    let file = try String(contentsOfFile: "\(dataFolder)/postmaster.pid", encoding: .utf8)
    guard let pid = file.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
      throw ThrowAwayPostgresError("postmaster.pid holds no process id")
    }
    return pid
  }

  private func children(of server: pid_t) throws -> [pid_t] {
    try String(contentsOfFile: "/proc/\(server)/task/\(server)/children", encoding: .utf8)
      .split(separator: " ").compactMap { pid_t($0) }
  }

  private func send(_ signal: CInt, to processes: [pid_t]) throws {
    for process in processes where kill(process, signal) != 0 && errno != ESRCH {
      throw ThrowAwayPostgresError(
        "process \(process) took no signal: \(String(cString: strerror(errno)))")
    }
  }
}

private func randomHex(bytes: Int) -> String {
  (0..<bytes).map { _ in
    let byte = String(UInt8.random(in: .min ... .max), radix: 16)
    return byte.count == 1 ? "0" + byte : byte
  }.joined()
}
