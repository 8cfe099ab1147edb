import AccessAPI
import AccessCore
import AccessTesting
import Testing

@Suite("Bad input", .timeLimit(.minutes(10)))
struct BadInputTests {
  @Test("on the command line gets a clear error and changes nothing")
  func commandLineErrors() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.ask().id
      try await broker.expectOnlyRefusals {
        for line in commandLines(id) {
          let run = try await broker.jit(as: "alice", line.arguments)
          run.expectRefused(line.status, saying: line.words)
          let controls = run.stderr.unicodeScalars.filter { $0 != "\n" && $0.actsOnReader }
          #expect(controls.isEmpty, "\(run)")
        }
      }
    }
  }

  @Test("in a message gets a problem and changes nothing")
  func rawMessages() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.ask().id
      try await broker.expectOnlyRefusals {
        for message in messages(id) {
          let answer = try await broker.send(
            message.method, message.path, as: "alice", fields: message.fields,
            Array(message.body.utf8))
          let comment = Comment(rawValue: "\(message): \(answer)")
          #expect(answer.status == message.status, comment)
          #expect(answer.mediaType == Problem.mediaType, comment)
          let problem = try answer.json(Problem.self)
          #expect(problem.status == message.status, comment)
          #expect(problem.code == message.code, comment)
        }
      }
    }
  }

  @Test("text that acts on terminals and readers is kept as it came, and shown inert")
  func hostileText() async throws {
    let escapes = "\u{1B}]0;owned\u{7} \u{1B}[31mred \u{9B}31m"
    let reason = "INC-42 \(escapes) \u{202E}gnp.exe\u{2066}\u{200B}\u{FEFF}\u{2028}\r\n=1+1"
    try await withLiveBroker { broker in
      let id = try await broker.ask(reason: reason).id
      #expect(try await broker.show(id).reason == reason)
      try await broker.jit(as: "bob", "deny", id, "--comment", reason).succeeded()
      #expect(try await broker.show(id).reviews.map(\.comment) == [reason])

      for command in [
        ["show", id], ["show", id, "-o", "json"], ["requests", "--all"],
        ["requests", "--all", "-o", "json"], ["audit", "export", "--format", "jsonl"],
        ["audit", "export", "--format", "csv"],
      ] {
        let run = try await broker.jit(as: "audrey", command).succeeded()
        #expect(run.text.contains(id))
        let acting = (run.text + run.stderr).unicodeScalars.filter {
          $0.actsOnReader && !["\n", "\r"].contains($0)
        }
        #expect(acting.isEmpty, "\(command) printed \(acting.map { String($0.value, radix: 16) })")
      }
    }
  }
}

private struct CommandLine {
  var arguments: [String]
  var status: Int32
  /// What the error has to say.
  var words = ""
}

/// A request that would be fine but for one option.
private func request(
  db: String = "orders_PROD", role: String = "write", for length: [String] = ["--for", "30m"],
  reason: String = "INC-42 unstick orders", _ further: String...
) -> [String] {
  ["request", "--db", db, "--role", role] + length + ["--reason", reason] + further
}

private func commandLines(_ id: String) -> [CommandLine] {
  let names = [
    "orders'PROD", "orders\"PROD", "orders\nPROD", "orders_PROD\u{202E}", "ordérs_PROD", "",
    String(repeating: "a", count: 70), "../orders_PROD", "orders_PROD;DROP TABLE orders",
  ]
  return names.map { CommandLine(arguments: request(db: $0), status: 64, words: "database name") }
    + names.map { CommandLine(arguments: request(role: $0), status: 64, words: "role name") }
    + [
      .init(arguments: request(db: "orders_PRD"), status: 66, words: "did you mean orders_PROD?"),
      .init(arguments: request(db: "payroll"), status: 66, words: "no database payroll"),
      .init(arguments: request(role: "wirte"), status: 66, words: "did you mean write?"),
      .init(arguments: request(role: "owner"), status: 66, words: "no role owner"),
      .init(arguments: request("--entitlement", "all"), status: 66, words: "orders-write"),
      .init(arguments: request(for: ["--for", "0"]), status: 64, words: "not a duration"),
      .init(arguments: request(for: ["--for", "0s"]), status: 64, words: "not a duration"),
      .init(arguments: request(for: ["--for", "-5m"]), status: 64, words: "not a duration"),
      .init(arguments: request(for: ["--for=-5m"]), status: 64, words: "not a duration"),
      .init(arguments: request(for: ["--for", "1.5h"]), status: 64, words: "not a duration"),
      .init(
        arguments: request(for: ["--for", "9999999999h"]), status: 64, words: "not a duration"),
      .init(arguments: request(for: ["--for", "99999999h"]), status: 77, words: "at most 1h"),
      .init(arguments: request(for: []), status: 64, words: "--for"),
      .init(arguments: request("--start", "yesterday"), status: 64, words: "not a start"),
      .init(
        arguments: request("--start", "2001-01-01T00:00:00Z"), status: 64, words: "in the past"),
      .init(
        arguments: request(reason: "INC-1 " + String(repeating: "é", count: 1_022)), status: 64,
        words: "2050 bytes"),
      .init(arguments: request(reason: ""), status: 77, words: "a reason is needed"),
      .init(arguments: request(reason: "because"), status: 77, words: "(INC|CHG)-[0-9]+"),
      .init(arguments: ["show", "ZZZZZZZZ"], status: 66, words: "no request ZZZZZZZZ"),
      .init(arguments: ["show", "\(id)X"], status: 66, words: "no request"),
      .init(arguments: ["show", "7F3K\u{1B}[2J"], status: 64, words: "not a request id"),
      .init(arguments: ["approve", "ZZZZZZZZ"], status: 66, words: "no request ZZZZZZZZ"),
      .init(arguments: ["credentials", "ZZZZZZZZ"], status: 66, words: "no request ZZZZZZZZ"),
      .init(arguments: ["credentials", id], status: 73, words: "waits for review"),
      .init(arguments: ["release", id], status: 73, words: "is pending"),
      .init(arguments: ["revoke", id, "--reason", "no"], status: 77, words: "authority"),
      .init(arguments: ["audit", "export"], status: 77, words: "authority"),
      .init(arguments: ["request"], status: 64, words: "--db"),
      .init(arguments: ["requst"], status: 64, words: "did you mean request"),
      .init(arguments: request("--frobnicate"), status: 64, words: "frobnicate"),
    ]
}

private struct Message {
  var method = "POST"
  var path = Path.requests
  var fields: [String: String] = [:]
  var body = ""
  var status: Int
  var code: ErrorCode
}

private func messages(_ id: String) -> [Message] {
  let good = #"{"database":"orders_PROD","role":"write","duration":"5m","reason":"INC-1"}"#
  func with(_ old: String, _ new: String) -> String { good.replacing(old, with: new) }
  return [
    Message(body: String(repeating: " ", count: 1 << 20) + good, status: 413, code: .tooLarge),
    Message(
      body: with("INC-1", String(repeating: "a", count: 1 << 20)), status: 413, code: .tooLarge),
    Message(
      body: with("INC-1", String(repeating: "a", count: 3_000)), status: 413, code: .tooLarge),
    Message(body: with("orders_PROD", #"orders\u0000_PROD"#), status: 400, code: .usage),
    Message(body: with("write", #"write\u0000"#), status: 400, code: .usage),
    Message(body: with(#""write""#, "7"), status: 400, code: .usage),
    Message(body: with("5m", "5 m"), status: 400, code: .usage),
    Message(body: "{", status: 400, code: .usage),
    Message(body: "", status: 400, code: .usage),
    Message(body: "[]", status: 400, code: .usage),
    Message(body: "\u{0}", status: 400, code: .usage),
    Message(body: String(repeating: "[", count: 60_000), status: 400, code: .usage),
    Message(
      fields: ["Idempotency-Key": String(repeating: "k", count: 129)], body: good, status: 400,
      code: .usage),
    Message(
      fields: ["Authorization": "Bearer jit_0"], body: good, status: 401, code: .unauthenticated),
    Message(
      fields: ["Authorization": "Basic YTpi"], body: good, status: 401, code: .unauthenticated),
    Message(method: "GET", path: Path.request("ZZZZZZZZ"), status: 404, code: .unknownRequest),
    Message(method: "GET", path: Path.request("%00"), status: 404, code: .unknownRequest),
    Message(method: "GET", path: "/v1/nothing", status: 404, code: .notFound),
    Message(method: "DELETE", path: Path.request(id), status: 405, code: .wrongMethod),
    Message(method: "GET", path: Path.requests + "?scope=everything", status: 400, code: .usage),
    Message(path: Path.request("ZZZZZZZZ", .activate), status: 404, code: .unknownRequest),
    Message(
      path: Path.request(id, .reviews), body: #"{"verdict":"maybe"}"#, status: 400, code: .usage),
    Message(path: Path.tokens, body: #"{"user":"root"}"#, status: 403, code: .notAuthorised),
  ]
}

extension LiveBroker {
  /// Nothing but refused attempts comes into the ledger through `body`.
  fileprivate func expectOnlyRefusals(_ body: () async throws -> Void) async throws {
    let before = try await entries()
    try await body()
    let new = try await entries().dropFirst(before.count)
    let kinds = Set(new.map(\.kind))
    #expect(kinds.isSubset(of: [.requestRefused, .auditExported]), "\(kinds)")
    #expect(kinds.contains(.requestRefused))
    let mine: [RequestView] = try await jit(as: "alice", "requests", "--mine", "-o", "json").json()
    #expect(mine.count == 1)
  }
}
