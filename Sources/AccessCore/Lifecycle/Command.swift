/// What an authenticated caller wants.
package enum Command: Sendable {
  case submit(RequestID, Submission)
  case review(RequestID, ReviewSubmission)
  /// Says afterwards whether a glass had to be broken.
  case reviewGlass(RequestID, HindsightSubmission)
  case cancel(RequestID)
  /// Activates an approved request, or gives an active grant a new password.
  case activate(RequestID)
  /// Asks for more of a grant that is active.
  case extend(RequestID, of: RequestID, ExtensionSubmission)
  case release(RequestID)
  case revoke(RequestID, reason: WrittenText?)
  /// Looks at what a grant's role left behind.
  case lookAtResidue(RequestID)
  case decideResidue(RequestID, ResidueFate)
  /// Waits no longer for the end of a stuck grant.
  case forget(RequestID, why: WrittenText?)
  case lockDown(LockdownRange)
  case liftLockdown(LockdownRange)
  case issueToken(TokenID, user: String, hash: Digest, lifetime: TimeSpan)
  case revokeToken(String)
  case export(format: String, filters: [String: String])
  /// Erases what people wrote about a request; the commitments are those that still have a text.
  case erase(RequestID, [Commitment])
  /// Copies the whole ledger, openings and signing key included.
  case backup
  case reloadPolicy
  /// What somebody who runs the broker has it do to a database.
  case operate(Operation)

  /// How the attempt is called in the ledger when it is refused.
  package var attempt: String {
    switch self {
    case .submit: "submit"
    case .review: "review"
    case .reviewGlass: "review-glass"
    case .cancel: "cancel"
    case .activate: "activate"
    case .extend: "extend"
    case .release: "release"
    case .revoke: "revoke"
    case .lookAtResidue: "look-at-residue"
    case .decideResidue: "decide-residue"
    case .forget: "forget"
    case .lockDown: "lock-down"
    case .liftLockdown: "lift-lockdown"
    case .issueToken: "issue-token"
    case .revokeToken: "revoke-token"
    case .export: "export"
    case .erase: "erase"
    case .backup: "backup"
    case .reloadPolicy: "reload-policy"
    case .operate(let operation): operation.attempt
    }
  }

  /// The existing request that it is about.
  package var request: RequestID? {
    switch self {
    case .review(let id, _), .reviewGlass(let id, _), .cancel(let id), .activate(let id),
      .extend(_, of: let id, _),
      .release(let id), .revoke(let id, _), .lookAtResidue(let id), .decideResidue(let id, _),
      .forget(let id, _), .erase(let id, _):
      id
    case .submit, .lockDown, .liftLockdown, .issueToken, .revokeToken, .export, .backup,
      .reloadPolicy, .operate:
      nil
    }
  }
}

extension Command {
  /// What has to contain a match of the rule's pattern; nil when nothing has to.
  package var reason: WrittenText? {
    switch self {
    case .submit(_, let submission): submission.reason
    case .extend(_, of: _, let submission): submission.reason
    case .review, .reviewGlass, .cancel, .activate, .release, .revoke, .lookAtResidue,
      .decideResidue, .forget, .erase, .lockDown, .liftLockdown, .issueToken, .revokeToken, .export,
      .backup, .reloadPolicy, .operate:
      nil
    }
  }
}

/// A request as it came in; the names are not checked yet.
package struct Submission: Sendable, Equatable {
  package var database: String
  package var role: String
  package var duration: String
  package var reason: WrittenText?
  package var ticket: WrittenText?
  package var entitlement: String?
  package var start: Timestamp?
  package var breakGlass: Bool

  package init(
    database: String, role: String, duration: String, reason: WrittenText? = nil,
    ticket: WrittenText? = nil, entitlement: String? = nil, start: Timestamp? = nil,
    breakGlass: Bool = false
  ) {
    self.database = database
    self.role = role
    self.duration = duration
    self.reason = reason
    self.ticket = ticket
    self.entitlement = entitlement
    self.start = start
    self.breakGlass = breakGlass
  }
}

/// How much more of a grant is asked for, as it came in.
package struct ExtensionSubmission: Sendable, Equatable {
  package var duration: String
  package var reason: WrittenText?

  package init(duration: String, reason: WrittenText?) {
    self.duration = duration
    self.reason = reason
  }
}

package struct ReviewSubmission: Sendable, Equatable {
  package var verdict: Verdict
  /// A shorter duration, as typed.
  package var duration: String?
  package var comment: WrittenText?
  /// The digest that the reviewer was shown; nil when the client did not say.
  package var digest: Digest?
  /// An armored signature over the ``ReviewStatement``.
  package var signature: String?

  package init(
    verdict: Verdict, duration: String? = nil, comment: WrittenText? = nil, digest: Digest? = nil,
    signature: String? = nil
  ) {
    self.verdict = verdict
    self.duration = duration
    self.comment = comment
    self.digest = digest
    self.signature = signature
  }
}

package struct HindsightSubmission: Sendable, Equatable {
  package var verdict: Hindsight.Judgement
  package var comment: WrittenText?
  /// The digest that the reviewer was shown; nil when the client did not say.
  package var digest: Digest?

  package init(verdict: Hindsight.Judgement, comment: WrittenText?, digest: Digest? = nil) {
    self.verdict = verdict
    self.comment = comment
    self.digest = digest
  }
}

/// What the broker itself saw or brought about.
package enum Fact: Sendable, Equatable {
  /// Nobody came in time.
  case lapsed(RequestID)
  /// Nobody has reviewed a broken glass in time.
  case reviewOverdue(RequestID)
  case activated(RequestID, RoleIdentity, baseline: Digest? = nil, scopes: ScopesBefore? = nil)
  /// The activation failed, and the role is verified to be absent.
  case activationFailed(RequestID, because: String)
  /// By the clocks as they were read; the wall clock may be wrong.
  case expired(RequestID, wall: Timestamp, BootMark)
  /// The database has its role fenced, or not at all: its end had begun, and the ledger does not know of it.
  case fenced(RequestID, wall: Timestamp, BootMark)
  /// The requester is no longer entitled.
  case disentitled(RequestID)
  /// The grant is live in a range that is locked down.
  case locked(RequestID)
  case stuck(RequestID, Grant.Obstacle)
  /// What the role has left behind.
  case residue(RequestID, [Residue])
  case ended(RequestID, Receipt)
  case orphan(OrphanFound)
  case scopesApplied(ScopesApplied)
  /// What a look at a role has shown, whether it is news or not.
  case drift(RequestID?, DriftFound)
  case clockBehind(observed: Timestamp)
  /// Entries that the request stands in are not those that were signed.
  case doubtful(RequestID)
  /// Something knows more of the ledger's history than it does itself.
  case rollback(seen: String)
  /// Nothing was written for this many milliseconds.
  case quiet(milliseconds: Int64)
  /// A new secret of the broker's own lies ready, and the databases are about to learn it.
  case rotating(CredentialRotated)
  case refused(RequestID?, RequestRefused)
  case policyRefused(PolicyRefused)
}

/// What `decide` looks at besides command and state.
package struct Context: Sendable {
  package var policy: Policy
  package var issuing: Issuing
  package var now: Timestamp
  package var boot: BootMark
  package var history: History
  package var verdicts: PatternVerdicts
  package var sha256: SHA256Function
  package var signer: SignerFunction

  /// - Parameter signer: where there is none, no signature is good.
  package init(
    policy: Policy, issuing: Issuing, now: Timestamp, boot: BootMark,
    history: History = History(), verdicts: PatternVerdicts = PatternVerdicts(),
    sha256: @escaping SHA256Function,
    signer: @escaping SignerFunction = { _, _ in nil }
  ) {
    self.policy = policy
    self.issuing = issuing
    self.now = now
    self.boot = boot
    self.history = history
    self.verdicts = verdicts
    self.sha256 = sha256
    self.signer = signer
  }
}

/// Whether new access may be given. Nothing that stops it ever stops a revocation.
package enum Issuing: Sendable, Equatable {
  case open
  /// Revoke-only, and why, in words for people.
  case stopped(because: String)
}
