import AccessCore

/// One case of a policy's tests: who asks for what, when, and what has to come of it.
package struct PolicyCase: Sendable {
  package let name: String
  /// `orders.yaml:3:5`
  package let place: String
  let asker: Principal
  let submission: Asked
  let at: Timestamp
  /// Whether the person never was on this database.
  let isFirstTime: Bool
  let expected: Expected

  /// What is asked, as people type it.
  struct Asked: Sendable {
    let database: String
    let role: String
    let duration: String
    let reason: String?
    let entitlement: String?
    let start: Timestamp?
    let breakGlass: Bool
  }

  struct Expected: Sendable {
    let isAllowed: Bool
    /// The entitlement by which it is allowed.
    let by: String?
    /// The code of the refusal.
    let because: Refusal.Code?
    /// How many of whom have to approve; empty for no review, nil for whatever it is.
    let needs: [String: Int]?
    /// People whose approvals do, together.
    let approvedBy: Set<Principal>?
    /// People whose approvals do not do.
    let notApprovedBy: Set<Principal>?
  }
}

extension PolicyCase {
  /// What came out otherwise than it had to, a line each; none when it is all right.
  package func failures(under policy: Policy, sha256: @escaping SHA256Function) -> [String] {
    let unknown = unknownNames(in: policy)
    guard unknown.isEmpty else { return unknown }
    let history = History(isFirstTime: isFirstTime)
    let context = Context(
      policy: policy, issuing: .open, now: at, boot: BootMark(bootID: "", milliseconds: 0),
      history: history, verdicts: ReasonPatterns(of: policy).verdicts(on: submission.reason),
      sha256: sha256)
    let asked = Submission(
      database: submission.database, role: submission.role, duration: submission.duration,
      reason: submission.reason.map { WrittenText($0, salt: [], sha256: sha256) },
      entitlement: submission.entitlement, start: submission.start,
      breakGlass: submission.breakGlass)
    let caller = Caller(principal: asker, proof: .peer(uid: 0))
    let events: [Event]
    do throws(Refusal) {
      let command = Command.submit(RequestID(bits: 0), asked)
      events = try decide(command, by: caller, State(), context)
    } catch {
      return failures(refusal: error)
    }
    guard case .requestSubmitted(_, let submitted)? = events.first,
      let rule = policy.rule(for: submitted.ask)
    else { return ["nothing was decided"] }
    guard expected.isAllowed else { return ["expected refused, but \(rule.name) allows it"] }
    let circumstances = State().circumstances(of: submitted.ask, now: at, history)
    return failures(rule, rule.review.applying(in: circumstances), policy)
  }

  private func failures(refusal: Refusal) -> [String] {
    let found = "\(refusal.code.rawValue): \(refusal.message)"
    guard !expected.isAllowed else { return ["expected allowed, but \(found)"] }
    guard let because = expected.because, because != refusal.code else { return [] }
    return ["expected because \(because.rawValue), but \(found)"]
  }

  private func failures(
    _ rule: Entitlement, _ review: ReviewRule, _ policy: Policy
  ) -> [String] {
    var failures: [String] = []
    if let by = expected.by, by != rule.name.text {
      failures.append("expected by \(by.inert), but it is by \(rule.name)")
    }
    let needs = review.counts
    if let wanted = expected.needs, wanted != needs {
      failures.append("expected needs \(wanted.words), but it needs \(needs.words)")
    }
    func isFilled(by people: Set<Principal>) -> Bool {
      // Where a signature is required, they are taken to have signed.
      policy.isFilled(review, by: people, signed: people, requester: asker)
    }
    if let people = expected.approvedBy, !isFilled(by: people) {
      failures.append("\(people.words) are not enough: it needs \(needs.words)")
    }
    if let people = expected.notApprovedBy, isFilled(by: people) {
      failures.append("\(people.words) are enough, but should not be: it needs \(needs.words)")
    }
    return failures
  }
}

extension ReviewRule {
  /// How many of each group, or of each person.
  fileprivate var counts: [String: Int] {
    switch self {
    case .automatic, .afterwards: [:]
    case .steps(let steps): Dictionary(steps.map { ($0.from.text, $0.count) }, uniquingKeysWith: +)
    }
  }
}

extension [String: Int] {
  fileprivate var words: String {
    let parts = sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key.inert)" }
    return parts.isEmpty ? "no review" : parts.joined(separator: " and ")
  }
}

extension Set<Principal> {
  fileprivate var words: String { sorted().map(\.text).joined(separator: ", ") }
}
