import AccessAPI
import AccessCore
import Dispatch
import Foundation
import Testing

/// Calls one socket, a new connection for each call.
struct HTTPClient: Sendable {
  let path: String
  var token: String?

  func get(_ target: String) async throws -> Reply {
    try await call("GET", target, fields: [:], body: nil)
  }

  func post(
    _ target: String, _ body: JSON? = nil, key: String? = nil
  ) async throws -> Reply {
    try await post(target, bytes: body?.canonical ?? [], key: key)
  }

  func post(_ target: String, bytes: [UInt8], key: String? = nil) async throws -> Reply {
    var fields = ["Content-Type": "application/json"]
    fields[HeaderName.idempotencyKey] = key
    return try await call("POST", target, fields: fields, body: bytes)
  }

  func call(
    _ method: String, _ target: String, fields: [String: String], body: [UInt8]?
  ) async throws -> Reply {
    var fields = fields
    if let token { fields["Authorization"] = "Bearer \(token)" }
    if let body { fields["Content-Length"] = "\(body.count)" }
    let head = messageHead("\(method) \(target)", fields)
    return try await exchange { connection in
      try connection.send(head + (body ?? []))
      return try connection.receive()
    }
  }

  /// Runs a conversation on one connection, on a thread that may block.
  func exchange<Value: Sendable>(
    _ conversation: @escaping @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    try await blocking { [path] in try conversation(Connection(path)) }
  }
}

func messageHead(_ line: String, _ fields: [String: String]) -> [UInt8] {
  let lines = fields.map { "\($0): \($1)\r\n" }.sorted().joined()
  return Array("\(line) HTTP/1.1\r\nHost: jit\r\n\(lines)\r\n".utf8)
}

/// Runs what blocks a thread where it holds up no task.
func blocking<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { done in
    DispatchQueue.global().async { done.resume(with: Result(catching: body)) }
  }
}

struct Reply: Sendable {
  let status: Int
  /// Names in lower case.
  let fields: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
    try #require(try? JSON(parsing: body), "\(status): \(text)", sourceLocation: sourceLocation)
  }

  /// The status and, of a problem, the code: `201`, `404 unknown-request`.
  var verdict: String {
    guard fields["content-type"] == Problem.mediaType else { return "\(status)" }
    let problem = try? JSONDecoder().decode(Problem.self, from: Data(body))
    return "\(status) \(problem?.code?.rawValue ?? "of no known code")"
  }
}
