@testable import AccessCore

/// A small company, a clock that stands still until it is moved, and the ledger as a list.
struct World {
  var policy = World.policy
  var state = State()
  var now = Timestamp(milliseconds: 1_767_225_600_000)
  var boot = BootMark(bootID: "boot-1", milliseconds: 5_000_000)
  var issuing = Issuing.open
  var history = History(isFirstTime: false)
  var entries: [Entry] = []
  private var lastID: UInt64 = 0

  static let alice = person("alice")
  static let bob = person("bob")
  static let dana = person("dana")
  static let drew = person("drew")
  static let olga = person("olga")
  static let sam = person("sam")
  static let audrey = person("audrey")
  static let mallory = person("mallory")
  static let root = Caller(principal: name("root"), proof: .admin(uid: 0))

  static func name<Kind>(_ text: String) -> Name<Kind> {
    guard let name = Name<Kind>(text) else { preconditionFailure("\(text) is not a name") }
    return name
  }

  static func person(_ text: String) -> Caller {
    Caller(principal: name(text), proof: .peer(uid: 1_000))
  }

  static func span(_ text: String) -> TimeSpan {
    guard let span = TimeSpan(text) else { preconditionFailure("\(text) is not a duration") }
    return span
  }

  static let access = DatabaseAccess(
    engine: .postgresql, endpoint: Endpoint(host: "db1.internal", port: 5432), dbname: "orders",
    sslmode: .verifyFull, admin: AdminLogin(user: "jit_broker", proof: .password(name("orders"))))

  static func entitlement(
    _ name: String = "orders-write", role: String = "write", review: ReviewRule,
    reason: ReasonRule = ReasonRule(pattern: "(INC|CHG)-[0-9]+"), windows: [Window] = [],
    endsWithWindow: Bool = false, perDay: DailyCap? = nil, concurrent: Int? = nil,
    residue: ResiduePolicy = .keep
  ) -> Entitlement {
    Entitlement(
      name: World.name(name), requesters: [.group(World.name("backend"))],
      databases: [World.name("orders_PROD")], roles: [World.name(role)], maxDuration: span("1h"),
      reason: reason, review: review, reviewWithin: span("4h"), activateWithin: span("1h"),
      residue: residue, windows: windows, endsWithWindow: endsWithWindow, perDay: perDay,
      concurrent: concurrent)
  }

  static let bothSteps = ReviewRule.steps([
    ReviewStep(from: .group(name("dba")), count: 1),
    ReviewStep(from: .group(name("owners")), count: 1),
  ])

  static var policy: Policy {
    let rules = [
      entitlement(review: bothSteps),
      entitlement(
        "orders-read", role: "read", review: .automatic, reason: ReasonRule(required: false)),
    ]
    return Policy(
      groups: [
        name("backend"): [alice.principal, bob.principal],
        name("dba"): [dana.principal, drew.principal],
        name("owners"): [olga.principal, dana.principal], name("security"): [sam.principal],
        name("auditors"): [audrey.principal],
      ],
      authorities: [
        .audit: [.group(name("auditors"))], .revoke: [.group(name("security"))],
        .operate: [.group(name("dba"))],
      ],
      databases: [
        name("orders_PROD"): Database(
          name: name("orders_PROD"), uid: name("db-1"), environment: .production, access: access)
      ],
      roles: [
        name("write"): Role(name: name("write"), postgresql: .memberOf(["orders_write"])),
        name("read"): Role(
          name: name("read"), writes: false, postgresql: .memberOf(["orders_read"])),
      ],
      entitlements: Dictionary(uniqueKeysWithValues: rules.map { ($0.name, $0) }))
  }

  /// Not SHA-256, but a function of all bytes: the core takes it as a value.
  static let sha256: SHA256Function = { bytes in
    var words: [UInt64] = [0xcbf2_9ce4_8422_2325, 1, 2, 3]
    for byte in bytes {
      for index in words.indices {
        words[index] = (words[index] ^ UInt64(byte)) &* 0x100_0000_01b3 &+ UInt64(index)
      }
    }
    let digest = Digest(
      bytes: words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } })
    guard let digest else { preconditionFailure("four words are 32 bytes") }
    return digest
  }

  var context: Context {
    Context(
      policy: policy, issuing: issuing, now: now, boot: boot, history: history,
      sha256: World.sha256, signer: World.signer)
  }

  /// With what the patterns of the policy say to the command's reason, as the broker looks it up.
  func context(for command: Command) -> Context {
    var context = context
    let patterns = policy.entitlements.values.compactMap(\.reason.pattern)
    let text = command.reason?.text ?? ""
    context.verdicts = PatternVerdicts(
      Dictionary(patterns.map { ($0, matches(text, $0)) }) { first, _ in first })
    return context
  }

  private func matches(_ text: String, _ pattern: String) -> Bool {
    do { return try Regex(pattern).firstMatch(in: text) != nil } catch { return false }
  }

  /// A signature here is the key and the message: the core takes the real ones as a value.
  static let signer: SignerFunction = { armored, message in
    let lines = armored.split(separator: "\n", maxSplits: 1)
    guard lines.count == 2, Array(lines[1].utf8) == message else { return nil }
    return SSHKey(lines[0])
  }

  static func key(_ letter: Character) -> SSHKey {
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + String(repeating: letter, count: 43)
    guard let key = SSHKey(line) else { preconditionFailure("\(line) is not a key") }
    return key
  }

  func statement(
    _ id: RequestID, by reviewer: Caller, _ verdict: Verdict = .approve, shortened: String? = nil
  ) throws -> ReviewStatement {
    guard let request = request(id) else { throw Refusal.unknownRequest(id.text) }
    return ReviewStatement(
      origin: state.origin ?? "", request: id, ask: request.ask, reviewer: reviewer.principal,
      verdict: verdict, shortened: shortened.map(World.span))
  }

  static func sign(_ statement: ReviewStatement, with key: SSHKey) -> String {
    "\(key.text)\n\(String(decoding: statement.message, as: UTF8.self))"
  }

  static func written(_ text: String) -> WrittenText {
    WrittenText(text, salt: [1, 2, 3], sha256: sha256)
  }

  // MARK: - What happens in it

  mutating func pass(_ text: String) {
    let span = World.span(text)
    now = now + span
    boot = BootMark(bootID: boot.bootID, milliseconds: boot.milliseconds + span.milliseconds)
  }

  @discardableResult
  mutating func say(_ command: Command, _ caller: Caller) throws(Refusal) -> [Event] {
    let events = try decide(command, by: caller, state, context(for: command))
    record(events, by: .caller(caller))
    return events
  }

  @discardableResult
  mutating func see(_ fact: Fact) -> [Event] {
    let events = observe(fact, state, now: now)
    record(events, by: .system)
    return events
  }

  private mutating func record(_ events: [Event], by author: Author) {
    for event in events {
      let entry = Entry(
        seq: Int64(entries.count), at: max(now, state.newest ?? now), author: author, nonce: [],
        event: event)
      entries.append(entry)
      state.apply(entry)
    }
  }

  mutating func freshID() -> RequestID {
    lastID += 1
    return RequestID(bits: lastID)
  }

  func submission(role: String = "write", for duration: String = "30m") -> Submission {
    Submission(
      database: "orders_PROD", role: role, duration: duration,
      reason: World.written("INC-42 unstick orders"))
  }

  mutating func ask(_ submission: Submission? = nil, as caller: Caller = World.alice)
    throws(Refusal) -> RequestID
  {
    let id = freshID()
    try say(.submit(id, submission ?? self.submission()), caller)
    return id
  }

  mutating func approved() throws(Refusal) -> RequestID {
    let id = try ask()
    try say(.review(id, ReviewSubmission(verdict: .approve)), World.drew)
    try say(.review(id, ReviewSubmission(verdict: .approve)), World.olga)
    return id
  }

  func identity(_ id: RequestID) -> RoleIdentity {
    RoleIdentity(name: "jit_alice_\(id.text.lowercased())", oid: 16_400, systemIdentifier: "7")
  }

  mutating func active() throws(Refusal) -> RequestID {
    let id = try approved()
    try say(.activate(id), World.alice)
    see(.activated(id, identity(id)))
    return id
  }

  /// The request as it is, closed or not.
  func request(_ id: RequestID) -> Request? {
    Request(folding: entries.filter { $0.event.request == id })
  }

  func refusal(_ command: Command, _ caller: Caller) -> Refusal.Code? {
    do {
      _ = try decide(
        command, by: caller, state.recalling(command.request.flatMap(request)),
        context(for: command))
      return nil
    } catch { return error.code }
  }
}
