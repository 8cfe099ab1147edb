/// A request as everybody sees it. Times are `YYYY-MM-DDTHH:MM:SS.mmmZ`, durations as typed.
package struct RequestView: Codable, Sendable, Equatable {
  package var id: String
  /// `pending`, `approved`, `denied`, `cancelled` or `lapsed`.
  package var state: String
  package var requester: String
  package var database: String
  package var databaseUID: String
  package var environment: String
  package var role: String
  /// What lasts: the shortest that was asked and allowed.
  package var duration: String
  package var requestedDuration: String
  @Nullable package var start: String?
  @Nullable package var reason: String?
  @Nullable package var ticket: String?
  /// The salts of the commitments to reason and ticket, 32 hexadecimal digits each: with them, who
  /// signs can make the commitments out of the texts.
  @Nullable package var reasonSalt: String?
  @Nullable package var ticketSalt: String?
  package var entitlement: String
  package var breakGlass: Bool
  @Nullable package var extends: String?
  package var submittedAt: String
  @Nullable package var decidedAt: String?
  /// When it lapses unless somebody acts; null once that cannot happen any more.
  @Nullable package var lapsesAt: String?
  package var needs: [NeedView]
  package var reviews: [ReviewView]
  @Nullable package var grant: GrantView?
  /// In words, what keeps access from being given: a lockdown in whose range it is; null when there
  /// is none, or when the request is over.
  @Nullable package var lockdown: String?
  /// In words, the freeze or the closed windows that keep it from being activated now, and until
  /// when they do; null when there are none.
  @Nullable package var stopped: String?
  @Nullable package var stoppedUntil: String?
  /// Databases in other environments with names that are easily taken for this one's.
  package var lookAlikes: [LookAlikeView]
  /// The last grants that the requester had on the database, the newest first; null in lists.
  @Nullable package var lastGrants: [LastGrantView]?
  /// What it lets its holder do with tables; null in lists.
  @Nullable package var tableAccess: TableAccessView?
  /// SHA-256 of exactly what was asked; reviews are bound to it.
  package var digest: String
  /// The ledger that it is in, with the number of its epoch.
  package var origin: String
  /// Until when a broken glass has to be reviewed; null where no review is owed.
  @Nullable package var reviewDue: String?
  /// The statements that activation will run; null in lists.
  @Nullable package var sql: [String]?
  /// False when the ledger could not be written and this is known to the broker's memory only.
  package var durable: Bool

  package init(
    id: String, state: String, requester: String, database: String, databaseUID: String,
    environment: String,
    role: String, duration: String, requestedDuration: String, start: String?, reason: String?,
    ticket: String?, reasonSalt: String? = nil, ticketSalt: String? = nil, entitlement: String,
    breakGlass: Bool, extends: String?, submittedAt: String,
    decidedAt: String?, lapsesAt: String?, needs: [NeedView], reviews: [ReviewView],
    grant: GrantView?, lockdown: String? = nil, stopped: String? = nil,
    stoppedUntil: String? = nil, lookAlikes: [LookAlikeView] = [],
    lastGrants: [LastGrantView]? = nil, tableAccess: TableAccessView? = nil, digest: String,
    origin: String = "", reviewDue: String? = nil, sql: [String]?, durable: Bool
  ) {
    self.id = id
    self.state = state
    self.requester = requester
    self.database = database
    self.databaseUID = databaseUID
    self.environment = environment
    self.role = role
    self.duration = duration
    self.requestedDuration = requestedDuration
    self.start = start
    self.reason = reason
    self.ticket = ticket
    self.reasonSalt = reasonSalt
    self.ticketSalt = ticketSalt
    self.entitlement = entitlement
    self.breakGlass = breakGlass
    self.extends = extends
    self.submittedAt = submittedAt
    self.decidedAt = decidedAt
    self.lapsesAt = lapsesAt
    self.needs = needs
    self.reviews = reviews
    self.grant = grant
    self.lockdown = lockdown
    self.stopped = stopped
    self.stoppedUntil = stoppedUntil
    self.lookAlikes = lookAlikes
    self.lastGrants = lastGrants
    self.tableAccess = tableAccess
    self.digest = digest
    self.origin = origin
    self.reviewDue = reviewDue
    self.sql = sql
    self.durable = durable
  }

  enum CodingKeys: String, CodingKey {
    case id, state, requester, database, environment, role, duration, start, reason, ticket
    case entitlement, extends, needs, reviews, grant, lockdown, stopped, digest, origin, sql,
      durable
    case reasonSalt = "reason_salt"
    case ticketSalt = "ticket_salt"
    case databaseUID = "database_uid"
    case stoppedUntil = "stopped_until"
    case lookAlikes = "look_alikes"
    case lastGrants = "last_grants"
    case tableAccess = "table_access"
    case requestedDuration = "requested_duration"
    case breakGlass = "break_glass"
    case reviewDue = "review_due"
    case submittedAt = "submitted_at"
    case decidedAt = "decided_at"
    case lapsesAt = "lapses_at"
  }
}

package struct LookAlikeView: Codable, Sendable, Equatable {
  package var database: String
  package var uid: String
  package var environment: String

  package init(database: String, uid: String, environment: String) {
    self.database = database
    self.uid = uid
    self.environment = environment
  }
}

/// One step of review: how many of whom, and how many there are.
package struct NeedView: Codable, Sendable, Equatable {
  package var from: String
  package var count: Int
  package var have: Int
  /// Who can still be asked, the requester never among them.
  package var people: [String]
  /// In words, when the step is needed; null for always.
  @Nullable package var when: String?
  /// Whether the step counts signed approvals only.
  package var signature: Bool

  package init(
    from: String, count: Int, have: Int, people: [String], when: String? = nil,
    signature: Bool = false
  ) {
    self.from = from
    self.count = count
    self.have = have
    self.people = people
    self.when = when
    self.signature = signature
  }
}

package struct ReviewView: Codable, Sendable, Equatable {
  package var reviewer: String
  /// `approve` or `deny`.
  package var verdict: String
  @Nullable package var comment: String?
  @Nullable package var duration: String?
  package var signed: Bool
  /// How the reviewer was authenticated: `peer` or `token`.
  package var method: String
  /// Who issued the token that the reviewer was authenticated by.
  @Nullable package var tokenIssuedBy: String?
  package var at: String

  package init(
    reviewer: String, verdict: String, comment: String?, duration: String?, signed: Bool,
    method: String = "peer", tokenIssuedBy: String? = nil, at: String
  ) {
    self.reviewer = reviewer
    self.verdict = verdict
    self.comment = comment
    self.duration = duration
    self.signed = signed
    self.method = method
    self.tokenIssuedBy = tokenIssuedBy
    self.at = at
  }

  enum CodingKeys: String, CodingKey {
    case reviewer, verdict, comment, duration, signed, method, at
    case tokenIssuedBy = "token_issued_by"
  }
}
