import AccessAPI
import AccessCore

/// What every sample is read at: half an hour after the request.
let now = Timestamp(milliseconds: 1_772_359_200_000)  // 2026-03-01T10:00:00Z

extension RequestView {
  /// Alice's request, as it waits for a DBA.
  static func sample(
    id: String = "7F3K2QXW", state: String = "pending", database: String = "orders_PROD",
    environment: String = "production", submittedAt: String = "2026-03-01T09:30:00.000Z",
    lapsesAt: String? = "2026-03-01T13:30:00.000Z", reviews: [ReviewView] = [.approval],
    grant: GrantView? = nil
  ) -> RequestView {
    RequestView(
      id: id, state: state, requester: "alice", database: database,
      databaseUID: "db-1", environment: environment, role: "write", duration: "30m",
      requestedDuration: "1h", start: nil,
      reason: "INC-42 unstick orders", ticket: "INC-42", entitlement: "orders-write",
      breakGlass: false, extends: nil, submittedAt: submittedAt, decidedAt: nil,
      lapsesAt: lapsesAt,
      needs: [
        NeedView(from: "dba", count: 1, have: 0, people: ["dana", "drew"]),
        NeedView(from: "orders-owners", count: 1, have: 1, people: []),
      ], reviews: reviews, grant: grant, digest: String(repeating: "ab", count: 32),
      sql: ["CREATE ROLE jit_alice_7f3k2qxw NOLOGIN\n  PASSWORD '…'", "GRANT orders_write TO …"],
      durable: true)
  }

  /// Whatever people and the broker could send to harm a terminal, in every text.
  static var hostile: RequestView {
    let evil = "\u{1B}[2J\r\u{202E}\u{9B}31m\u{0}\u{200B}x\ny"
    var request = sample()
    (request.id, request.state, request.requester, request.database) = (evil, evil, evil, evil)
    (request.environment, request.role, request.duration) = (evil, evil, evil)
    (request.requestedDuration, request.start, request.reason) = (evil, evil, evil)
    (request.ticket, request.entitlement, request.extends) = (evil, evil, evil)
    (request.submittedAt, request.decidedAt, request.lapsesAt) = (evil, evil, evil)
    (request.digest, request.sql, request.lockdown) = (evil, [evil], evil)
    request.lastGrants = [
      LastGrantView(id: evil, role: evil, activatedAt: evil, endedAt: evil, cause: evil)
    ]
    (request.databaseUID, request.stopped) = (evil, evil)
    request.lookAlikes = [LookAlikeView(database: evil, uid: evil, environment: evil)]
    request.tableAccess = TableAccessView(
      tables: [.init(name: evil, privileges: [evil])], more: 0)
    (request.breakGlass, request.reviewDue) = (true, evil)
    request.needs = [NeedView(from: evil, count: 1, have: 0, people: [evil])]
    request.reviews = [
      ReviewView(
        reviewer: evil, verdict: evil, comment: evil, duration: evil, signed: true, at: evil)
    ]
    request.grant = GrantView(
      state: evil, fenced: nil, stuckBecause: evil, roleName: evil, activatedAt: evil,
      expiresAt: evil, endedAt: evil, cause: evil,
      receipt: ReceiptView(
        sessionsEnded: 0, preparedRolledBack: 0, objectsDropped: 0,
        residue: [ResidueView(database: evil, kind: evil, name: evil, note: evil)],
        verified: false, overrunMs: 0), drift: [DriftView(kind: evil, found: evil)])
    return request
  }
}

extension RequestView {
  /// An emergency of the day before, which nobody has reviewed.
  static func glass(reviewDue: String?) -> RequestView {
    var request = sample(
      id: "GLASS001", state: "approved", submittedAt: "2026-02-28T09:30:00.000Z", lapsesAt: nil,
      reviews: [], grant: .ended)
    request.needs = [NeedView(from: "security", count: 1, have: 0, people: ["sam"])]
    (request.entitlement, request.sql) = ("orders-emergency", nil)
    (request.breakGlass, request.reviewDue) = (true, reviewDue)
    return request
  }
}

extension ReviewView {
  static let approval = ReviewView(
    reviewer: "olga", verdict: "approve", comment: "go on", duration: "30m", signed: false,
    at: "2026-03-01T09:40:00.000Z")
  static let denial = ReviewView(
    reviewer: "dana", verdict: "deny", comment: "not\u{1B}[2J today", duration: nil, signed: false,
    at: "2026-03-01T09:50:00.000Z")
}

extension GrantView {
  static func sample(
    state: String = "active", fenced: Bool? = nil, stuckBecause: String? = nil,
    expiresAt: String = "2026-03-01T10:15:30.000Z", endedAt: String? = nil, cause: String? = nil,
    receipt: ReceiptView? = nil, drift: [DriftView] = []
  ) -> GrantView {
    GrantView(
      state: state, fenced: fenced, stuckBecause: stuckBecause, roleName: "jit_alice_7f3k2qxw",
      activatedAt: "2026-03-01T09:45:30.000Z", expiresAt: expiresAt, endedAt: endedAt, cause: cause,
      receipt: receipt, drift: drift)
  }

  static let ended = sample(
    state: "ended", fenced: true, endedAt: "2026-03-01T09:58:00.000Z", cause: "released",
    receipt: ReceiptView(
      sessionsEnded: 2, preparedRolledBack: 1, objectsDropped: 0, residue: [], verified: true,
      overrunMs: 12))
}

extension CredentialsView {
  static func sample(
    host: String = "db1.example.com", port: Int = 5432, dbname: String = "orders",
    user: String = "jit_alice_7f3k2qxw", password: String? = "s3cret", sslmode: String = "require"
  ) -> CredentialsView {
    CredentialsView(
      id: "7F3K2QXW", host: host, port: port, dbname: dbname, user: user, password: password,
      sslmode: sslmode, expiresAt: "2026-03-01T10:30:00.000Z", uri: nil)
  }
}

extension LockdownReportView {
  static func sample(lifted: Bool = false, grants: [RequestView]) -> LockdownReportView {
    LockdownReportView(
      lockdown: LockdownView(
        person: nil, database: "orders_PROD", role: nil, since: "2026-03-01T09:58:00.000Z",
        by: "sam"),
      lifted: lifted, grants: grants, durable: true)
  }

  static var hostile: LockdownReportView {
    let evil = "\u{1B}[2J\r\u{202E}\u{9B}31m\u{0}\u{200B}x\ny"
    return LockdownReportView(
      lockdown: LockdownView(person: evil, database: nil, role: nil, since: evil, by: evil),
      lifted: false, grants: [.hostile], durable: true)
  }
}

extension ResidueReportView {
  static func sample(residue: [ResidueView]) -> ResidueReportView {
    ResidueReportView(
      id: "7F3K2QXW", database: "orders_PROD", state: "stuck", roleName: "jit_alice_7f3k2qxw",
      residue: residue)
  }

  static var hostile: ResidueReportView {
    let evil = "\u{1B}[2J\r\u{202E}\u{9B}31m\u{0}\u{200B}x\ny"
    return ResidueReportView(
      id: evil, database: evil, state: "stuck", roleName: evil,
      residue: [ResidueView(database: evil, kind: evil, name: evil, note: evil)])
  }
}
