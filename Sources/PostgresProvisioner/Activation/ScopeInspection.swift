import AccessCore
import PostgresClient
import Synchronization

/// The role that every temporary role is a member of, so that `pg_hba.conf` can have one rule for
/// names that it cannot know (`+jit_grants`).
let markerRole = "jit_grants"

/// What the server has of all that a plan needs, read before anything is made.
struct ScopeInspection: Sendable {
  /// Each once, in OID order: on 16+ a grant locks its scope, and two activations that lock in
  /// different orders would deadlock.
  let scopes: [String]
  /// The roles that the scopes lead to, themselves left out.
  let reach: [String]
  /// Why the plan cannot be carried out; for people.
  let objections: [String]
  /// What the policy has to accept by name.
  let dangers: [FoundDanger]
  let hasMarker: Bool
}

extension Connection {
  /// - Parameter remembered: looks that are dear are not made again within some seconds.
  func inspect(
    _ plan: RolePlan, _ remembered: RememberedGrantOptions, tested: ClosedRange<Int>
  ) throws(PostgresError) -> ScopeInspection {
    let wanted = plan.scopes + [markerRole]
    let owners = [plan.actsAs].compactMap(\.self)
    let known = remembered[wanted]
    // To plan these would take longer than to run them.
    let looks: [Statement] = [
      .existing(plan.name, markerRole), .reach(of: wanted + owners), .adminStanding,
    ]
    let answers = try pipeline(
      looks.map(\.kept) + (known == nil ? [.grantOptions(of: wanted).kept] : []))
    let reach = try ScopeReach(answers[1], owners: Set(owners))
    let admin = try AdminStanding(answers[2][0], serverVersion: serverVersion)
    let grantOptions = if let known { known } else { try foundGrantOptions(answers[3]) }
    if known == nil { remembered[wanted] = grantOptions }

    var objections = admin.objections
    if try answers[0][0].bool("has_role") {
      objections.append("a role \(plan.name) is there already; it is left as it is")
    }
    for missing in plan.scopes where !reach.scopes.contains(missing) {
      objections.append(
        missing.hasPrefix("jitscope_")
          ? "the scope \(missing) does not exist; `jit admin apply` makes it"
          : "the scope \(missing) does not exist; create it as a NOLOGIN role")
    }
    for missing in owners where !reach.owners.contains(missing) {
      objections.append("the owner \(missing) does not exist")
    }
    if reach.beyond.count > Limits.reachMax {
      objections.append(
        "the scopes lead to \(reach.beyond.count) other roles; \(Limits.reachMax) is the limit")
    }
    let dialect = Dialect(serverVersion: serverVersion)
    if dialect.hasMembershipOptions {
      objections += reach.notToGive.map { "the broker may not give the role \($0)" }
    }
    return ScopeInspection(
      scopes: reach.scopes.filter { $0 != markerRole },
      reach: Array(reach.beyond.prefix(Limits.reachMax)), objections: objections,
      dangers: [admin.danger, dialect.danger(tested: tested)].compactMap(\.self)
        + owners.map(FoundDanger.init(actingAs:))
        + reach.dangers + grantOptions,
      hasMarker: try answers[0][0].bool("has_marker"))
  }
}

/// What the scopes are, and the roles that they are members of.
struct ScopeReach: Sendable {
  /// Those that there are, in OID order.
  private(set) var scopes: [String] = []
  /// Those of the roles that were asked for as owners.
  private(set) var owners: [String] = []
  /// Other roles that the scopes lead to; owners, which own things, are none of them.
  private(set) var beyond: [String] = []
  private(set) var dangers: [FoundDanger] = []
  /// Those scopes and owners without ADMIN for the broker; counts on 16+ only.
  private(set) var notToGive: [String] = []
  /// What would make them harmless.
  private(set) var mending: [(danger: Danger, role: String, change: Mending)] = []

  enum Mending: Sendable {
    case without(String)
    case notMember(of: String)
    case owningNothing
  }

  /// - Parameter owners: roles that are to be acted as. They own things, of course; all else that
  ///   makes a scope dangerous makes them so, too: who acts as an owner that can log in can give it
  ///   a password, and come back.
  init(_ rows: Rows, owners known: Set<String> = []) throws(PostgresError) {
    var last: String?
    for row in rows {
      let (scope, via) = (try row.text("scope"), try row.text("via"))
      let isOwner = known.contains(scope)
      if last != scope {
        last = scope
        if isOwner { owners.append(scope) } else { scopes.append(scope) }
        if try !row.bool("can_give") { notToGive.append(scope) }
      }
      if via != scope, !isOwner, !known.contains(via), !beyond.contains(via) {
        beyond.append(via)
      }
      let what = "the \(isOwner ? "owner" : "scope") \(scope)"
      let way = via == scope ? "" : ", through \(via)"
      for (column, attribute) in dangerousAttributes where try row.bool(column) {
        add(.scopeIsDangerous, "\(what) is \(attribute)\(way)", via, .without(attribute))
      }
      if dangerousMemberships.contains(via) {
        add(.scopeIsDangerous, "\(what) is a member of \(via)", scope, .notMember(of: via))
      }
      let owns = try row.bool("owns")
      if owns, !isOwner {
        add(.scopeOwnsObjects, "the scope \(scope) owns something\(way)", via, .owningNothing)
      }
    }
  }

  private mutating func add(
    _ danger: Danger, _ found: String, _ role: String, _ change: Mending
  ) {
    dangers.append(FoundDanger(danger, found))
    mending.append((danger, role, change))
  }
}

extension FoundDanger {
  init(actingAs owner: String) { self.init(.actsAsOwner, "grants act as \(owner)") }
}

func foundGrantOptions(_ rows: Rows) throws(PostgresError) -> [FoundDanger] {
  try rows.map { row throws(PostgresError) in
    let (scope, via) = (try row.text("scope"), try row.text("via"))
    let what = "\(try row.text("privilege_type")) on \(try row.text("target"))"
    let way = via == scope ? "" : ", through \(via)"
    return FoundDanger(.scopeHasGrantOption, "the scope \(scope) may hand on \(what)\(way)")
  }
}

private let dangerousAttributes = [
  ("rolcanlogin", "LOGIN"), ("rolsuper", "SUPERUSER"), ("rolcreaterole", "CREATEROLE"),
  ("rolcreatedb", "CREATEDB"), ("rolreplication", "REPLICATION"), ("rolbypassrls", "BYPASSRLS"),
]

/// Roles that reach the operating system, others' sessions, or are a hosted server's superuser.
private let dangerousMemberships: Set<String> = [
  "pg_execute_server_program", "pg_read_server_files", "pg_write_server_files",
  "pg_signal_backend", "rds_superuser", "cloudsqlsuperuser",
]

/// What scopes may hand on, as it was some seconds ago: to look for it takes longer than to make a
/// role.
final class RememberedGrantOptions: Sendable {
  private let looks = Mutex<[[String]: (at: ContinuousClock.Instant, found: [FoundDanger])]>([:])

  subscript(scopes: [String]) -> [FoundDanger]? {
    get {
      looks.withLock { looks in
        guard let look = looks[scopes] else { return nil }
        let age = (ContinuousClock.now - look.at) / .milliseconds(1)
        return age < Double(Limits.grantOptionsRememberedMs) ? look.found : nil
      }
    }
    set {
      looks.withLock { looks in
        // As many as the policy has roles; a policy that changes all the time must not add up.
        if looks.count > 1_000 { looks = [:] }
        looks[scopes] = newValue.map { (.now, $0) }
      }
    }
  }
}
