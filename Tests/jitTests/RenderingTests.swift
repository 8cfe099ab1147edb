import AccessAPI
import AccessCore
import Testing

@testable import jit

@Suite("what people read")
struct RenderingTests {
  @Test("a request says who can approve it and what comes next")
  func submitted() throws {
    let request = RequestView.sample(reviews: [])
    try expectGolden(
      request.submittedText(paint: .plain, now: now) + request.nextStep, "request-submitted")
  }

  @Test("a dry run shows the entitlement and the exact SQL")
  func dryRun() throws {
    try expectGolden(RequestView.sample().dryRunText(paint: .plain, now: now), "request-dry-run")
  }

  @Test("an approved request leads to connect")
  func approved() throws {
    let request = RequestView.sample(state: "approved", environment: "development")
    try expectGolden(request.approvedText(paint: .plain), "request-approved")
  }

  @Test("show tells everything about a request that waits")
  func showPending() throws {
    var request = RequestView.sample()
    request.lastGrants = [
      LastGrantView(
        id: "6Q1N8YTR", role: "write", activatedAt: "2026-02-27T10:00:00.000Z",
        endedAt: "2026-02-27T10:30:00.000Z", cause: "expired"),
      LastGrantView(id: "5A7WX2PD", role: "read", activatedAt: nil, endedAt: nil, cause: nil),
    ]
    request.tableAccess = TableAccessView(
      tables: [
        .init(name: "public.items", privileges: ["SELECT"]),
        .init(name: "public.orders", privileges: ["SELECT", "UPDATE of some columns"]),
      ], more: 1)
    let reader = reviewAbility(of: "dana", on: request)
    try expectGolden(
      request.fullText(paint: .plain, now: now, reader: reader), "show-pending")
  }

  @Test("a role that can do nothing with tables is said to")
  func noTables() {
    var request = RequestView.sample()
    request.tableAccess = TableAccessView(tables: [], more: 0)
    let text = request.fullText(paint: .plain, now: now)
    #expect(text.hasSuffix("\nit lets one do with tables\n  nothing\n"))
  }

  @Test("show tells how a grant ended and what was checked")
  func showEnded() throws {
    let request = RequestView.sample(state: "approved", lapsesAt: nil, grant: .ended)
    try expectGolden(request.fullText(paint: .plain, now: now), "show-ended")
  }

  @Test("a stuck grant says why, and whether it is fenced")
  func stuck() throws {
    let fenced = GrantView.sample(state: "stuck", fenced: true, stuckBecause: "residue")
    let open = GrantView.sample(state: "stuck", fenced: false, stuckBecause: "unreachable")
    try expectGolden(
      fenced.text(paint: .plain, now: now) + open.text(paint: .plain, now: now), "grant-stuck")
  }

  @Test("a live grant whose role was changed says what is not as it was made")
  func drift() throws {
    let grant = GrantView.sample(drift: [
      DriftView(kind: "power", found: "it has CREATEDB"),
      DriftView(kind: "member", found: "bob is a member of it"),
    ])
    try expectGolden(grant.text(paint: .plain, now: now), "grant-drift")
  }

  @Test("what a round of the reconciler found stands in a table")
  func reconciled() throws {
    let round = ReconcileView(
      dryRun: false,
      databases: [
        .init(database: "billing_PROD", unreached: "no route", findings: []),
        .init(
          database: "orders_PROD", unreached: nil,
          findings: [
            .init(
              role: "jit_bob_00000000", request: nil, kind: "orphan",
              found: "a role of ours without a live grant", done: "removed"),
            .init(
              role: "jit_alice_7f3k2qxw", request: "7F3K2QXW", kind: "power",
              found: "it has CREATEDB", done: "recorded"),
          ]),
        .init(database: "stock_PROD", unreached: nil, findings: []),
      ])
    try expectGolden(reconcileText(round, paint: .plain), "reconcile")
    var fine = round
    fine.databases.remove(at: 1)
    #expect(reconcileText(fine, paint: .plain) == "in order: stock_PROD\n")
  }

  @Test("a receipt that was not verified says so loudly and lists what is left")
  func residue() throws {
    let receipt = ReceiptView(
      sessionsEnded: 1, preparedRolledBack: 0, objectsDropped: 3,
      residue: [
        ResidueView(database: "orders", kind: "table", name: "public.fix", note: "12 rows")
      ],
      verified: false, overrunMs: 900)
    #expect(
      receipt.lines(.plain) == [
        "1 session ended and 3 objects dropped",
        "NOT VERIFIED: the role is not gone, for something hangs on it",
        "900 ms from its end until no session was left",
        "left: table public.fix in orders (12 rows)",
      ])
  }

  @Test("a broken glass says until when somebody has to look at it, and who")
  func glass() throws {
    let owed = RequestView.glass(reviewDue: "2026-03-01T11:00:00.000Z")
    let overdue = RequestView.glass(reviewDue: "2026-03-01T09:45:00.000Z")
    let reader = reviewAbility(of: "sam", on: overdue)
    try expectGolden(
      owed.fullText(paint: .plain, now: now) + "\n"
        + overdue.fullText(paint: .plain, now: now, reader: reader), "show-glass")
  }

  @Test("before a glass is broken nothing is needed, and who looks at it afterwards is told")
  func unbroken() {
    var request = RequestView.glass(reviewDue: nil)
    request.grant = nil
    let lines = "  afterwards   1 of security: sam\n"
    for text in [
      request.dryRunText(paint: .plain, now: now), request.fullText(paint: .plain, now: now),
    ] {
      #expect(text.ranges(of: lines).count == 1)
      #expect(!text.contains("needs"))
    }
    #expect(request.submittedText(paint: .plain, now: now).hasSuffix("1 of security: sam\n"))
  }

  @Test("requests stand in aligned columns")
  func requests() throws {
    let requests = [
      RequestView.sample(), .glass(reviewDue: "2026-03-01T09:45:00.000Z"),
      .sample(
        id: "00000001", state: "approved", database: "shop", environment: "development",
        submittedAt: "2026-02-27T08:00:00.000Z"),
    ]
    let table = requestTable(
      requests.sorted(by: requestGoesBefore), paint: .plain, now: now)
    try expectGolden(table, "requests")
  }

  @Test("stuck grants come first, then those that end first")
  func grants() throws {
    let requests = [
      RequestView.sample(id: "00000001", grant: .sample(expiresAt: "2026-03-01T11:00:00.000Z")),
      .sample(id: "00000002", grant: .sample()),
      .sample(
        id: "00000003",
        grant: .sample(
          state: "stuck", fenced: false, stuckBecause: "locked",
          expiresAt: "2026-03-01T09:59:00.000Z")),
      .sample(id: "00000004", grant: .ended),
    ].sorted(by: grantGoesBefore)
    try expectGolden(grantTable(requests, paint: .plain, now: now), "grants")
  }

  @Test("databases list what may be asked for, by role")
  func databases() throws {
    let need = NeedView(from: "dba", count: 1, have: 0, people: ["dana"])
    var sometimes = need
    sometimes.when = "first time"
    let database = DatabaseView(
      name: "orders_PROD", uid: "db-01JD3ZK8", environment: "production", engine: "postgresql",
      roles: [
        .init(
          role: "read", entitlement: "orders-read", maxDuration: "8h", needs: [], writes: false),
        .init(
          role: "write", entitlement: "orders-write", maxDuration: "1h", needs: [need, sometimes],
          writes: true),
      ])
    try expectGolden(databaseTable([database], paint: .plain), "databases")
  }

  @Test("whoami, the policy and a new token fit on a few lines")
  func identity() throws {
    let me = WhoamiView(principal: "alice", method: "peer", groups: ["backend"], authorities: [])
    let policy = PolicyView(digest: "abcd", issuingStopped: "the ledger cannot be written")
    let token = TokenView(
      id: "t1", token: "jit_x", user: "ci", expiresAt: "2026-05-30T10:00:00.000Z")
    try expectGolden(
      me.text(paint: .plain) + policy.text(paint: .plain)
        + token.createdText(paint: .plain, now: now) + tokenTable([token], paint: .plain, now: now),
      "identity")
  }

  @Test("a lockdown tells what it is of, and what became of the grants in it")
  func lockdown() throws {
    var ended = RequestView.sample(state: "approved", grant: .ended)
    ended.lockdown = "everything, since 2026-03-01T09:58:00.000Z by sam"
    let stuck = RequestView.sample(state: "approved", grant: .sample(state: "stuck", fenced: true))
    var waiting = RequestView.sample(id: "00000001", state: "approved", lapsesAt: nil)
    (waiting.lockdown, waiting.extends) = (ended.lockdown, "7F3K2QXW")
    let report = LockdownReportView.sample(grants: [ended, ended, stuck])
    try expectGolden(
      report.text(paint: .plain)
        + LockdownReportView.sample(grants: []).text(paint: .plain)
        + LockdownReportView.sample(lifted: true, grants: []).text(paint: .plain)
        + requestTable([waiting], paint: .plain, now: now)
        + waiting.fullText(paint: .plain, now: now), "lockdown")
  }

  @Test("the credentials for reading have everything, and when they end")
  func credentials() throws {
    try expectGolden(
      CredentialsView.sample().text(password: "s3cret", paint: .plain, now: now), "credentials")
  }

  @Test(
    "production is red and in capitals, development is green, and neither is colour alone",
    arguments: [
      ("production", "PRODUCTION", "\u{1B}[1;31mPRODUCTION\u{1B}[0m"),
      ("staging", "staging", "\u{1B}[33mstaging\u{1B}[0m"),
      ("development", "development", "\u{1B}[32mdevelopment\u{1B}[0m"),
    ])
  func environments(name: String, plain: String, coloured: String) {
    #expect(Paint.plain.environment(name) == plain)
    #expect(Paint.coloured.environment(name) == coloured)
  }

  @Test(
    "nothing that anybody wrote acts on a terminal",
    arguments: [
      RequestView.hostile.fullText(paint: .plain, now: now, reader: nil),
      RequestView.hostile.submittedText(paint: .plain, now: now),
      RequestView.hostile.dryRunText(paint: .plain, now: now),
      RequestView.hostile.approvedText(paint: .plain),
      RequestView.hostile.afterApprovalText(paint: .plain),
      RequestView.hostile.afterEndText("released", paint: .plain, now: now),
      LockdownReportView.hostile.text(paint: .plain), LockdownReportView.hostile.lockdown.words,
      ResidueReportView.hostile.text, ResidueReportView.sample(residue: []).text,
      RequestView.hostile.afterDecisionText(.plain, now: now),
      RequestView.hostile.changeLine, requestTable([.hostile], paint: .plain, now: now),
      grantTable([.hostile], paint: .plain, now: now),
      Failure(.refused, "\u{1B}[2J", hint: "\u{202E}").text(paint: .plain),
      Failure(.refused, "\u{1B}[2J", hint: "\u{202E}").json,
    ])
  func inert(text: String) {
    let acting = text.unicodeScalars.filter { $0.actsOnReader && $0 != "\n" }
    #expect(acting.isEmpty)
    #expect(!text.isEmpty)
  }

  @Test("what a role left behind is a list, with what can be done about it")
  func leftBehind() {
    let table = ResidueView(
      database: "orders", kind: "table", name: "public.fixes", note: "it holds data")
    #expect(
      ResidueReportView.sample(residue: [table]).text == """
        jit_alice_7f3k2qxw has left behind on orders_PROD:
          table public.fixes in orders (it holds data)
        next: jit admin residue 7F3K2QXW --drop, or --give-to ROLE

        """)
    #expect(
      ResidueReportView.sample(residue: []).text
        == "jit_alice_7f3k2qxw has left nothing behind on orders_PROD\n")
  }

  @Test(
    "who looks at a request learns whether they can review it, and why not",
    arguments: [
      ("dana", "can review: jit approve 7F3K2QXW, or jit deny 7F3K2QXW --comment T"),
      ("alice", "cannot review: nobody reviews their own request"),
      ("olga", "have reviewed it"), ("eve", "cannot review: you are not one of dba"),
    ])
  func ability(person: String, words: String) {
    #expect(reviewAbility(of: person, on: .sample()) == words)
    #expect(reviewAbility(of: person, on: .sample(state: "approved")) == nil)
  }

  @Test("a watcher is told of what is new and what has moved on, and of nothing else")
  func watch() {
    let before = RequestView.sample(reviews: [])
    let known = [before.id: before]
    #expect(changes(from: [:], to: [before]) == [0])
    #expect(changes(from: known, to: [before]) == [])
    #expect(changes(from: known, to: [.sample(id: "00000001"), before]) == [0])
    #expect(changes(from: known, to: [.sample()]) == [0])
    #expect(changes(from: known, to: [.sample(state: "denied", reviews: [])]) == [0])
    #expect(
      RequestView.sample(state: "approved", grant: .sample()).changeLine
        == "7F3K2QXW approved, grant active: alice asks for write on orders_PROD (PRODUCTION) for 30m\n"
    )
  }
}
