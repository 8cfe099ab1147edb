import Foundation

extension LiveBroker {
  /// Runs `jit` as a person, to its end.
  package func jit(as person: String, _ arguments: String...) async throws -> LiveRun {
    try await startJit(as: person, arguments).finished()
  }

  /// The same with more in the environment.
  package func jit(
    as person: String, _ arguments: String..., environment: [String: String]
  ) async throws -> LiveRun {
    try await startJit(as: person, arguments, environment: environment).finished()
  }

  /// `jit witness …`, which asks no broker.
  package func jitWitness(_ arguments: String...) async throws -> LiveRun {
    try await command(["witness"] + arguments, environment: environment()).finished()
  }

  /// The same with the arguments in an array.
  package func jit(as person: String, _ arguments: [String]) async throws -> LiveRun {
    try await startJit(as: person, arguments).finished()
  }

  /// Runs `jit` as the operator of the machine: no token, the admin socket.
  package func jitAdmin(_ arguments: String...) async throws -> LiveRun {
    try await jitAdmin(arguments)
  }

  /// The same with the arguments in an array.
  package func jitAdmin(_ arguments: [String]) async throws -> LiveRun {
    try await command(["admin"] + arguments, environment: environment()).finished()
  }

  /// Starts `jit` as a person and goes on.
  package func startJit(
    as person: String, _ arguments: [String], environment more: [String: String] = [:]
  ) async throws -> LiveCommand {
    let token = try await token(of: person)
    return try command(
      arguments,
      environment: environment().merging(["JIT_TOKEN": token]) { $1 }.merging(more) { $1 })
  }

  /// What speaks for the person; made when it is first needed.
  package func token(of person: String) async throws -> String {
    struct Issued: Decodable { let token: String }
    if let known = tokens[person] { return known }
    let issued = try await jitAdmin("token", "create", "--user", person, "-o", "json")
      .json(Issued.self)
    tokens[person] = issued.token
    return issued.token
  }

  /// For when the ledger that knew them is gone.
  package func forgetTokens() { tokens = [:] }

  /// Sends a message as a person that `jit` would not send.
  ///
  /// - Parameter fields: further header fields.
  package func send(
    _ method: String, _ path: String, as person: String, fields: [String: String] = [:],
    _ body: [UInt8] = []
  ) async throws -> LiveAnswer {
    let all = fields.merging([
      "Host": "localhost", "Connection": "close", "Content-Length": String(body.count),
      "Authorization": "Bearer \(try await token(of: person))",
    ]) { given, _ in given }
    let head = all.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
    return try await exchange(
      Array("\(method) \(path) HTTP/1.1\r\n\(head)\r\n".utf8) + body, at: socket)
  }

  /// Posts with an `Idempotency-Key`.
  package func post(
    _ path: String, as person: String, key: String, _ body: [UInt8] = []
  ) async throws -> LiveAnswer {
    try await send("POST", path, as: person, fields: ["Idempotency-Key": key], body)
  }

  private func command(
    _ arguments: [String], environment: [String: String]
  ) throws -> LiveCommand {
    try LiveCommand(LiveProgram.jit.path, arguments, environment: environment, in: folder)
  }

  /// Nothing of the test's own environment.
  nonisolated func environment() -> [String: String] {
    [
      "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": folder,
      "JIT_BROKER": "unix://\(socket)", "JIT_ADMIN": "unix://\(adminSocket)",
    ]
  }
}
