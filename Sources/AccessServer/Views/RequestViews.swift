import AccessAPI
import AccessBroker
import AccessCore

extension RequestView {
  package init(_ detail: RequestDetail, _ preview: Preview = Preview(), durable: Bool = true) {
    let request = detail.request
    let ask = request.ask
    let reason = ask.reason.flatMap { detail.texts[$0] }
    let ticket = ask.ticket.flatMap { detail.texts[$0] }
    var reviews = request.reviews.map { ReviewView($0, detail.texts) }
    if let hindsight = request.hindsight { reviews.append(ReviewView(hindsight, detail.texts)) }
    self.init(
      id: request.id.text, state: request.stage.name, requester: ask.requester.text,
      database: ask.database.text, databaseUID: ask.databaseUID.text,
      environment: ask.environment.rawValue, role: ask.role.text,
      duration: request.duration.text, requestedDuration: ask.duration.text,
      start: ask.start?.description, reason: reason?.text, ticket: ticket?.text,
      reasonSalt: reason?.salt.hex, ticketSalt: ticket?.salt.hex, entitlement: ask.entitlement.text,
      breakGlass: ask.breakGlass, extends: ask.extends?.text,
      submittedAt: request.submittedAt.description,
      decidedAt: request.decidedAt?.description, lapsesAt: request.lapsesAt?.description,
      needs: detail.needs.map(NeedView.init),
      reviews: reviews,
      grant: request.grant.map(GrantView.init), lockdown: detail.lockdown?.words,
      stopped: detail.objection ?? detail.stop?.words,
      stoppedUntil: detail.stop?.until?.description,
      lookAlikes: detail.lookAlikes.map(LookAlikeView.init),
      tableAccess: preview.tables.map(TableAccessView.init), digest: request.digest.description,
      origin: detail.origin,
      reviewDue: request.owesReview ? request.reviewDue?.description : nil, sql: preview.sql,
      durable: durable)
  }
}

extension LastGrantView {
  init(_ request: AccessCore.Request) {
    let grant = request.grant.map(GrantView.init)
    self.init(
      id: request.id.text, role: request.ask.role.text, activatedAt: grant?.activatedAt,
      endedAt: grant?.endedAt, cause: grant?.cause)
  }
}

extension TableAccessView {
  init(_ access: TableAccess) {
    self.init(
      tables: access.tables.map { Table(name: $0.name, privileges: $0.privileges) },
      more: access.more)
  }
}

extension LookAlikeView {
  init(_ database: AccessCore.Database) {
    self.init(
      database: database.name.text, uid: database.uid.text,
      environment: database.environment.rawValue)
  }
}

extension ReviewView {
  fileprivate init(_ review: Review, _ texts: [Commitment: WrittenText]) {
    self.init(
      reviewer: review.reviewer.text, verdict: review.verdict.rawValue,
      comment: review.comment.flatMap { texts[$0]?.text }, duration: review.duration?.text,
      signed: review.signedWith != nil, method: review.method.rawValue,
      tokenIssuedBy: review.tokenIssuedBy?.text, at: review.at.description)
  }

  /// What was said afterwards.
  fileprivate init(_ hindsight: Hindsight, _ texts: [Commitment: WrittenText]) {
    self.init(
      reviewer: hindsight.reviewer.text, verdict: hindsight.verdict.rawValue,
      comment: texts[hindsight.comment]?.text, duration: nil, signed: false,
      method: hindsight.method.rawValue, tokenIssuedBy: hindsight.tokenIssuedBy?.text,
      at: hindsight.at.description)
  }
}

extension NeedView {
  init(_ need: ReviewProgress.Need) {
    self.init(
      from: need.from.text, count: need.count, have: need.have, people: need.people.map(\.text),
      when: need.when.isEmpty ? nil : need.when.map(\.words).joined(separator: "; or "),
      signature: need.step.needsSignature)
  }
}

extension GrantView {
  init(_ grant: Grant) {
    let now = Now(grant.stage)
    self.init(
      state: now.name, fenced: now.fenced, stuckBecause: now.because?.rawValue,
      roleName: grant.roleName, activatedAt: grant.activatedAt?.description,
      expiresAt: grant.expiresAt.description, endedAt: now.endedAt?.description,
      cause: now.cause?.rawValue, receipt: now.receipt.map(ReceiptView.init),
      drift: grant.drift.map(DriftView.init))
  }

  private struct Now {
    var name: String
    var fenced: Bool?
    var because: StuckCause?
    var endedAt: Timestamp?
    var cause: Cause?
    var receipt: Receipt?

    init(_ stage: Grant.Stage) {
      switch stage {
      case .activating: name = "activating"
      case .active: name = "active"
      case .revoking(let ending):
        name = "revoking"
        cause = ending.cause
      case .stuck(let ending, let obstacle), .forgotten(let ending, let obstacle, _):
        name = "stuck"
        (cause, fenced, because) = (ending.cause, obstacle.fenced, obstacle.because)
        // Not the last word: what was done so far, and what is in the way.
        receipt = Receipt(
          sessionsEnded: obstacle.sessionsEnded, preparedRolledBack: obstacle.preparedRolledBack,
          objectsDropped: obstacle.objectsDropped, residue: obstacle.residue, verified: false,
          overrunMs: obstacle.overrunMs ?? 0)
        if case .forgotten(_, _, let at) = stage { (name, endedAt) = ("forgotten", at) }
      case .ended(let ending, let receipt, let at):
        name = "ended"
        (cause, fenced, endedAt, self.receipt) = (ending.cause, true, at, receipt)
      }
    }
  }
}

extension DriftView {
  init(_ drift: Drift) { self.init(kind: drift.kind.rawValue, found: drift.found) }
}

extension ReceiptView {
  init(_ receipt: Receipt) {
    self.init(
      sessionsEnded: receipt.sessionsEnded, preparedRolledBack: receipt.preparedRolledBack,
      objectsDropped: receipt.objectsDropped,
      residue: receipt.residue.map(ResidueView.init),
      verified: receipt.verified, overrunMs: receipt.overrunMs)
  }
}

extension ResidueView {
  init(_ residue: Residue) {
    self.init(
      database: residue.database, kind: residue.kind, name: residue.name, note: residue.note)
  }
}

extension AccessCore.Request {
  fileprivate var decidedAt: Timestamp? {
    switch stage {
    case .pending: nil
    case .approved(let approval), .granted(let approval, _), .extended(let approval): approval.at
    case .denied(let at), .cancelled(let at), .lapsed(let at): at
    }
  }

  fileprivate var lapsesAt: Timestamp? {
    switch stage {
    case .pending(let lapsesAt): lapsesAt
    case .approved(let approval): approval.lapsesAt
    case .denied, .cancelled, .lapsed, .granted, .extended: nil
    }
  }
}

extension AccessCore.Request.Stage {
  /// The state of the request; a grant has its own beside it.
  package var name: String {
    switch self {
    case .pending: "pending"
    case .approved, .granted, .extended: "approved"
    case .denied: "denied"
    case .cancelled: "cancelled"
    case .lapsed: "lapsed"
    }
  }
}
