import TransparencyLog

@testable import AccessCore

/// Fixed values, so that an entry made of them has the same bytes in every run.
enum Sample {
  static func name<Kind>(_ text: String) -> Name<Kind> {
    guard let name = Name<Kind>(text) else { preconditionFailure("\(text) is not a name") }
    return name
  }

  static func span(_ text: String) -> TimeSpan {
    guard let span = TimeSpan(text) else { preconditionFailure("\(text) is not a duration") }
    return span
  }

  static func id(_ text: String) -> RequestID {
    guard let id = RequestID(text) else { preconditionFailure("\(text) is not an id") }
    return id
  }

  static func time(_ text: String) -> Timestamp {
    guard let time = Timestamp(text) else { preconditionFailure("\(text) is not a time") }
    return time
  }

  static func digest(_ byte: UInt8) -> Digest {
    guard let digest = Digest(bytes: Array(repeating: byte, count: 32)) else {
      preconditionFailure("32 bytes are a digest")
    }
    return digest
  }

  /// A hash function for what a test hashes: SHA-256 of a zero byte and the bytes.
  static let sha256: SHA256Function = { bytes in
    guard let digest = Digest(bytes: Hash.leaf(bytes).bytes) else {
      preconditionFailure("a hash has 32 bytes")
    }
    return digest
  }

  static func person(_ text: String) -> Author { .caller(caller(text)) }

  static func caller(_ text: String) -> Caller {
    Caller(principal: name(text), proof: .peer(uid: 1_000))
  }

  static let admin = Caller(principal: name("root"), proof: .admin(uid: 0))

  static let access = DatabaseAccess(
    engine: .postgresql, endpoint: Endpoint(host: "db1.internal", port: 5432), dbname: "orders",
    sslmode: .verifyFull, sslrootcert: "/etc/jit/db-ca.crt",
    admin: AdminLogin(user: "jit_broker", proof: .password(name("orders-admin"))))

  static func ask(by requester: String = "alice", extending grant: RequestID? = nil) -> Ask {
    Ask(
      requester: name(requester), database: name("orders_PROD"), databaseUID: name("db-01JD3ZK8"),
      environment: .production, role: name("write"), duration: span("30m"), start: nil,
      reason: nil, ticket: nil, entitlement: name("orders-write"), extends: grant)
  }

  static func submitted(_ id: RequestID, by requester: String = "alice") -> Event {
    .requestSubmitted(
      id,
      RequestSubmitted(
        ask: ask(by: requester), digest: digest(0xD1),
        lapsesAt: time("2026-03-01T13:30:00.000Z")))
  }

  /// Something that is history at once.
  static func exported(_ size: Int64) -> Event {
    .auditExported(AuditExported(format: "jsonl", size: size))
  }
}
