import AccessCore
import Foundation

/// The bytes of entries: canonical JSON of the form that DESIGN §7 gives. What is encoded here is
/// stored, hashed and exported as it is.
package enum EntryCodec {
  package static let version: Int64 = 1

  package static func encode(_ entry: Entry) throws -> [UInt8] {
    let bytes = JSON.canonical(inOrder: [
      "actor": .string(entry.author.name),
      "at": .string(entry.at.description),
      "auth": auth(entry.author),
      "data": try payload(entry.event),
      "kind": .string(entry.event.kind.rawValue),
      "nonce": .string(entry.nonce.hex),
      "request": entry.event.request.map { .string($0.text) } ?? .null,
      "seq": .integer(entry.seq),
      "v": .integer(version),
    ])
    guard bytes.count <= Limits.entryBytesMax else {
      throw EntryError(seq: entry.seq, "has \(bytes.count) bytes, more than an entry may")
    }
    return bytes
  }

  /// Nil for an entry of a kind that this version does not know. A version that it does not know
  /// is an error.
  package static func decode(_ bytes: some Collection<UInt8>) throws -> Entry? {
    let json = try JSON(parsing: bytes)
    guard case .integer(let seq)? = json["seq"] else { throw EntryError("has no number") }
    guard json["v"] == .integer(version) else {
      throw EntryError(seq: seq, "is of a version that this program does not know")
    }
    guard
      let at = json["at"]?.text.flatMap(Timestamp.init(_:)), let kind = json["kind"]?.text,
      let nonce = json["nonce"]?.text.flatMap([UInt8].init(hex:)), let data = json["data"]
    else { throw EntryError(seq: seq, "lacks a field") }
    guard let known = EventKind(rawValue: kind) else { return nil }
    let request = json["request"]?.text.flatMap(RequestID.init(_:))
    return Entry(
      seq: seq, at: at, author: try author(json, seq), nonce: nonce,
      event: try Event(known, request: request, payload: JSONPayload(json: data)))
  }

  /// The time of an entry of any kind; nil when that is not what the bytes are.
  static func time(of body: [UInt8]) -> Timestamp? {
    do { return try JSON(parsing: body)["at"]?.text.flatMap(Timestamp.init(_:)) } catch {
      return nil
    }
  }

  private static func payload(_ event: Event) throws -> JSON {
    guard let payload = event.payload else { return .object([:]) }
    return try JSON(encoding: payload)
  }

  private static func auth(_ author: Author) -> JSON {
    var method = "system"
    var uid = JSON.null
    var token = JSON.null
    switch author {
    case .system: break
    case .caller(let caller):
      switch caller.proof {
      case .peer(let number): (method, uid) = ("peer", .integer(Int64(number)))
      case .admin(let number): (method, uid) = ("admin", .integer(Int64(number)))
      case .token(let id): (method, token) = ("token", .string(id.text))
      }
    }
    return .object(["method": .string(method), "uid": uid, "token": token])
  }

  private static func author(_ json: JSON, _ seq: Int64) throws -> Author {
    let auth = json["auth"]
    if auth?["method"]?.text == "system" { return .system }
    guard let principal = json["actor"]?.text.flatMap(Principal.init(_:)) else {
      throw EntryError(seq: seq, "has no author")
    }
    let proof: Caller.Proof? =
      switch (auth?["method"]?.text, auth?["uid"], auth?["token"]?.text) {
      case ("peer", .integer(let uid)?, _): UInt32(exactly: uid).map(Caller.Proof.peer)
      case ("admin", .integer(let uid)?, _): UInt32(exactly: uid).map(Caller.Proof.admin)
      case ("token", _, let id?): TokenID(id).map(Caller.Proof.token)
      default: nil
      }
    guard let proof else { throw EntryError(seq: seq, "does not say how its author was known") }
    return .caller(Caller(principal: principal, proof: proof))
  }
}

extension Author {
  /// What stands in the field `actor`.
  package var name: String {
    switch self {
    case .caller(let caller): caller.principal.text
    case .system: "jitd"
    }
  }
}

private struct JSONPayload: PayloadReader {
  let json: JSON

  func read<Payload: Decodable>() throws -> Payload {
    try JSONDecoder().decode(Payload.self, from: Data(json.canonical))
  }
}

/// An entry that cannot be written or read.
package struct EntryError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(seq: Int64? = nil, _ reason: String) {
    description = (seq.map { "entry \($0) " } ?? "an entry ") + reason
  }
}
