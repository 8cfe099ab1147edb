@testable import AccessCore

/// One entry at least of every kind, each field of which has a value in some of them.
let everyKind: [Entry] = [
  (.system, .logOpened(LogOpened(origin: "jit.example.com/prod#1"))),
  (.system, .policyLoaded(PolicyLoaded(digest: Sample.digest(0xA1)))),
  (
    .system,
    .policyRefused(
      PolicyRefused(digest: nil, errors: 3, first: "people.yaml:4:3: “dena” is not defined"))
  ),
  (
    Sample.person("alice"),
    .requestSubmitted(
      request,
      RequestSubmitted(
        ask: Ask(
          requester: Sample.name("alice"), database: Sample.name("orders_PROD"),
          databaseUID: Sample.name("db-01JD3ZK8"), environment: .production,
          role: Sample.name("write"), duration: Sample.span("30m"),
          start: Sample.time("2026-03-01T18:00:00.000Z"),
          reason: Commitment(digest: Sample.digest(0xC1)),
          ticket: Commitment(digest: Sample.digest(0xC2)),
          entitlement: Sample.name("orders-write"), extends: nil),
        digest: Sample.digest(0xD1), lapsesAt: Sample.time("2026-03-01T13:30:00.000Z")))
  ),
  (byToken, Sample.submitted(Sample.id("0123ABCD"), by: "bob")),
  (
    Sample.person("alice"),
    .requestRefused(request, RequestRefused(attempt: "review", code: .ownRequest, count: 999))
  ),
  (
    .caller(Sample.admin),
    .requestRefused(nil, RequestRefused(attempt: "show", code: .unknownRequest, count: 1))
  ),
  (
    Sample.person("dana"),
    .reviewRecorded(
      request,
      ReviewRecorded(
        verdict: .approve, duration: Sample.span("15m"),
        comment: Commitment(digest: Sample.digest(0xC3)), digest: Sample.digest(0xD1)))
  ),
  (
    Sample.person("olga"),
    .reviewRecorded(
      request,
      ReviewRecorded(verdict: .deny, duration: nil, comment: nil, digest: Sample.digest(0xD1)))
  ),
  (
    Sample.person("olga"),
    .requestApproved(
      request,
      RequestApproved(
        duration: Sample.span("15m"), lapsesAt: Sample.time("2026-03-01T10:30:00.000Z"),
        by: [Sample.name("dana"), Sample.name("olga")], rule: Sample.name("orders-write")))
  ),
  (
    Sample.person("alice"),
    .requestReopened(
      request, RequestReopened(lapsesAt: Sample.time("2026-03-01T13:30:00.000Z")))
  ),
  (Sample.person("olga"), .requestDenied(request)),
  (Sample.person("alice"), .requestCancelled(request)),
  (.system, .requestLapsed(request)),
  (Sample.person("alice"), .grantActivating(request, activating(Sample.access))),
  (byToken, .grantActivating(request, activating(byCertificate))),
  (Sample.person("alice"), .grantActivating(request, activating(byPeer))),
  (.system, .grantActivated(request, GrantActivated(identity: identity))),
  (
    .system,
    .grantActivated(
      request, GrantActivated(identity: identity, baseline: Sample.digest(0xB1)))
  ),
  (
    .system,
    .grantFailed(request, GrantFailed(because: "no \"connection\"\nto the server \\ \u{1}"))
  ),
  (
    Sample.person("sam"),
    .grantRevoking(
      request,
      GrantRevoking(
        cause: .revoked, due: Sample.time("2026-03-01T09:45:00.000Z"),
        reason: Commitment(digest: Sample.digest(0xC4))))
  ),
  (
    .system,
    .grantRevoking(
      request,
      GrantRevoking(cause: .expired, due: Sample.time("2026-03-01T09:45:00.000Z"), reason: nil))
  ),
  (
    .system,
    .grantStuck(
      request,
      Grant.Obstacle(because: .unreachable, fenced: false, note: "no route", overrunMs: nil))
  ),
  (
    .system,
    .grantStuck(
      request,
      Grant.Obstacle(
        because: .residue, fenced: true, note: "it owns 1 table", overrunMs: 180, sessionsEnded: 2,
        preparedRolledBack: 1,
        residue: [
          Residue(database: "orders", kind: "table", name: "t", note: "owned by the role")
        ]))
  ),
  (
    .system,
    .grantEnded(
      request,
      GrantEnded(
        cause: .revoked,
        receipt: Receipt(
          sessionsEnded: 2, preparedRolledBack: 1, objectsDropped: 3,
          residue: [
            Residue(database: "orders", kind: "table", name: "t", note: "owned by the role"),
            Residue(database: "orders", kind: "type", name: "u", note: nil),
          ], verified: true, overrunMs: 187)))
  ),
  (Sample.person("alice"), .credentialReissued(request)),
  (
    .caller(Sample.admin),
    .tokenIssued(
      TokenIssued(
        token: Sample.id("T0KEN123"), user: Sample.name("bob"), hash: Sample.digest(0xE1),
        expiresAt: Sample.time("2026-04-01T00:00:00.000Z")))
  ),
  (.caller(Sample.admin), .tokenRevoked(TokenRevoked(token: Sample.id("T0KEN123")))),
  (
    .system,
    .orphanFound(
      OrphanFound(database: Sample.name("orders_PROD"), role: identity, removed: true))
  ),
  (
    Sample.person("dana"),
    .scopesApplying(
      ScopesApplying(
        database: Sample.name("orders_PROD"),
        statements: [
          "SET ROLE \"orders_owner\"", "GRANT SELECT ON TABLE orders TO \"jitscope_read_0\"",
        ],
        sha256: { _ in Sample.digest(0xF2) }))
  ),
  (
    .system,
    .scopesApplied(
      ScopesApplied(
        database: Sample.name("orders_PROD"), digest: Sample.digest(0xF2),
        failed: "permission denied"))
  ),
  (Sample.person("audrey"), .auditExported(AuditExported(format: "csv", size: 29))),
  (
    .system,
    .clockAnomaly(
      ClockAnomaly(
        observed: Sample.time("2026-03-01T08:00:00.000Z"),
        newest: Sample.time("2026-03-01T09:30:29.000Z")))
  ),
  (
    .caller(Sample.admin),
    .openingErased(
      Sample.id("AAAAAAA1"),
      OpeningErased(commitments: [Commitment(digest: Sample.digest(0xF1))]))
  ),
  (
    .system,
    .rollbackFound(RollbackFound(seen: "orders_PROD has the role jit_eve_00000000"))
  ),
  (
    .system,
    .logOpened(
      LogOpened(
        origin: "jit.example.com/prod#2",
        accepted: AcceptedRollback(
          why: Commitment(digest: Sample.digest(0xC5)),
          seen: ["orders_PROD has the role jit_eve_00000000"])))
  ),
  (.system, .heartbeat),
  (
    Sample.person("alice"),
    .requestSubmitted(
      Sample.id("0123ABCD"),
      RequestSubmitted(
        ask: Sample.ask(extending: request), digest: Sample.digest(0xD2),
        lapsesAt: Sample.time("2026-03-01T09:45:00.000Z")))
  ),
  (
    Sample.person("dana"),
    .grantExtended(
      request,
      GrantExtended(
        by: Sample.id("0123ABCD"), expiresAt: Sample.time("2026-03-01T10:00:00.000Z"),
        duration: Sample.span("45m")))
  ),
  (
    .caller(Sample.admin),
    .credentialRotated(
      CredentialRotated(
        credential: Sample.name("orders-admin"),
        databases: [Sample.name("orders_PROD"), Sample.name("orders_STAGING")]))
  ),
  (Sample.person("sam"), .lockdownStarted(LockdownChange(range: .everything))),
  (
    Sample.person("sam"),
    .lockdownStarted(LockdownChange(range: .person(Sample.name("mallory"))))
  ),
  (
    .caller(Sample.admin),
    .lockdownStarted(LockdownChange(range: .database(Sample.name("orders_PROD"))))
  ),
  (
    Sample.person("dana"), .lockdownLifted(LockdownChange(range: .role(Sample.name("write"))))
  ),
  (
    .system,
    .driftFound(
      request,
      DriftFound(
        database: Sample.name("orders_PROD"), role: identity,
        drift: [
          Drift(.attribute, "CONNECTION LIMIT is 100, not 4"),
          Drift(.member, "bob is a member of it"),
        ]))
  ),
  (
    .system,
    .driftFound(
      nil,
      DriftFound(
        database: Sample.name("orders_PROD"),
        role: RoleIdentity(
          name: "jit_eve_00000000", oid: 16_391, systemIdentifier: "7300000000000000001"),
        drift: []))
  ),
  (
    Sample.person("alice"),
    .grantActivating(
      request, activating(Sample.access, residue: .drop, scopesOwn: true))
  ),
  (
    .system,
    .residueFound(
      request,
      ResidueFound(residue: [
        Residue(
          database: "orders", kind: "trigger", name: "\"on\" on public.orders",
          note: "runs the holder's function public.f() when somebody updates the table"),
        Residue(database: "orders", kind: "type", name: "u", note: nil),
      ]))
  ),
  (
    .system,
    .grantStuck(
      request,
      Grant.Obstacle(
        because: .residue, fenced: true, note: "it owns 1 table", overrunMs: 0, objectsDropped: 2))
  ),
  (.caller(Sample.admin), .residueDecided(request, ResidueDecided(fate: .drop))),
  (Sample.person("dana"), .residueDecided(request, ResidueDecided(fate: .keep))),
  (Sample.person("dana"), .residueDecided(request, ResidueDecided(fate: .give(to: "app_owner")))),
  (
    .caller(Sample.admin),
    .grantForgotten(request, GrantForgotten(why: Commitment(digest: Sample.digest(0xC6))))
  ),
  (
    byToken,
    .reviewRecorded(
      request,
      ReviewRecorded(
        verdict: .approve, duration: nil, comment: nil, digest: Sample.digest(0xD1),
        signature: ReviewSignature(
          message: "{\"verdict\":\"approve\"}",
          armored: "-----BEGIN SSH SIGNATURE-----\nAAAA\n", key: sshKey),
        tokenIssuedBy: Sample.name("root")))
  ),
  (
    byToken,
    .requestApproved(
      request,
      RequestApproved(
        duration: Sample.span("30m"), lapsesAt: Sample.time("2026-03-01T10:30:00.000Z"),
        by: [Sample.name("bob")], signed: [Sample.name("bob")]))
  ),
  (
    byToken,
    .glassReviewed(
      request,
      GlassReviewed(
        verdict: .unjustified, comment: Commitment(digest: Sample.digest(0xC6)),
        digest: Sample.digest(0xD1), tokenIssuedBy: Sample.name("root")))
  ),
  (.system, .reviewOverdue(request)),
  (
    Sample.person("alice"),
    .grantActivating(
      request, activating(Sample.access, reviewDue: Sample.time("2026-03-02T09:30:00.000Z")))
  ),
  (
    Sample.person("alice"),
    .requestSubmitted(
      request,
      RequestSubmitted(
        ask: Ask(
          requester: Sample.name("alice"), database: Sample.name("orders_PROD"),
          databaseUID: Sample.name("db-01JD3ZK8"), environment: .production,
          role: Sample.name("write"), duration: Sample.span("30m"),
          start: Sample.time("2026-03-01T18:00:00.000Z"),
          reason: Commitment(digest: Sample.digest(0xC1)),
          ticket: Commitment(digest: Sample.digest(0xC2)),
          entitlement: Sample.name("orders-write"), extends: nil, breakGlass: true),
        digest: Sample.digest(0xD1), lapsesAt: Sample.time("2026-03-01T13:30:00.000Z")))
  ),
].enumerated().map { index, entry in
  Entry(
    seq: Int64(index),
    at: Timestamp(
      milliseconds: Sample.time("2026-03-01T09:30:00.000Z").milliseconds + Int64(index) * 1_001),
    author: entry.0, nonce: Array(repeating: UInt8(index), count: 16), event: entry.1)
}

private let request = Sample.id("7F3K2QXW")
private let sshKey: SSHKey = {
  let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUeWrLQ5Ck5m4ChlcZc0LbPXvOVDK9d9M3OQ8PvRjG6"
  guard let key = SSHKey(line) else { preconditionFailure("\(line) is not a key") }
  return key
}()
private let byToken = Author.caller(
  Caller(principal: Sample.name("bob"), proof: .token(Sample.id("T0KEN123"))))
private let identity = RoleIdentity(
  name: "jit_alice_7f3k2qxw", oid: 16_390, systemIdentifier: "7300000000000000001")

private let byCertificate = DatabaseAccess(
  engine: .postgresql, endpoint: Endpoint(host: "db2.internal", port: 5433), dbname: "billing",
  sslmode: .verifyCA,
  admin: AdminLogin(
    user: "jit_broker", proof: .certificate(path: "/etc/jit/b.crt", key: "/etc/jit/b.key")))

private let byPeer = DatabaseAccess(
  engine: .postgresql, endpoint: Endpoint(host: "/var/run/postgresql", port: 5432),
  dbname: "reports", sslmode: .disable, admin: AdminLogin(user: "jit_broker", proof: .peer))

private func activating(
  _ access: DatabaseAccess, residue: ResiduePolicy? = nil, scopesOwn: Bool = false,
  reviewDue: Timestamp? = nil
) -> GrantActivating {
  GrantActivating(
    roleName: "jit_alice_7f3k2qxw", expiresAt: Sample.time("2026-03-01T09:45:00.000Z"),
    began: BootMark(bootID: "2f0c1a52-7d5e-4c1b-9f6d-6b1f0a4f5b11", milliseconds: 5_000_000),
    duration: Sample.span("15m"), access: access,
    client: Endpoint(host: "db1.example.com", port: 5432), scopes: ["orders_write"], sessions: 4,
    actsAs: access == byPeer ? "orders_owner" : nil, residue: residue,
    scopesOwn: scopesOwn, reviewDue: reviewDue)
}
