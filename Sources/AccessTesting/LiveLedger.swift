import AccessCore

/// An entry of the ledger as an auditor gets it.
package struct LiveEntry: Sendable, Equatable {
  /// The exported line, byte for byte.
  package let line: String
  package let seq: Int64
  package let at: Timestamp
  package let kind: EventKind
  package let actor: String
  package let request: String?
  package let data: JSON

  init(_ line: String) throws {
    let json = try JSON(parsing: line.utf8)
    guard
      case .integer(let seq)? = json["seq"], let actor = json["actor"]?.text,
      let at = json["at"]?.text.flatMap(Timestamp.init(_:)),
      let kind = json["kind"]?.text.flatMap(EventKind.init(rawValue:)), let data = json["data"]
    else { throw LiveError("not an entry: \(line)") }
    self.line = line
    self.seq = seq
    self.at = at
    self.kind = kind
    self.actor = actor
    self.data = data
    request = json["request"]?.text
  }
}

extension LiveBroker {
  /// All entries, exported by audrey. The export itself is the last of them.
  package func entries() async throws -> [LiveEntry] {
    let export = try await jit(as: "audrey", "audit", "export", "--format", "jsonl").succeeded()
    return try export.text.split(separator: "\n").map { try LiveEntry(String($0)) }
  }

  /// How many entries of a kind a request has.
  package func count(_ kind: EventKind, of request: String) async throws -> Int {
    try await entries().count { $0.kind == kind && $0.request == request }
  }
}
