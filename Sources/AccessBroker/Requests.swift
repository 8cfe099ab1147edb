import AccessCore
import Ledger
import Logging

extension Broker {
  /// Asks for access. Answers the request, or the earlier one when the key was used before.
  package func request(
    _ submission: Submission, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    let id = try await freshID()
    let outcome = try await submit(
      .submit(id, submission), by: caller,
      written: [submission.reason, submission.ticket].compactMap { $0 }, idempotency: idempotency)
    let request = try await stored(outcome.request ?? id)
    if !outcome.isReplay {
      tellOf(request)
      wake.now()
    }
    return request
  }

  /// Those who review it, or the one who asked.
  func tellOf(_ request: Request) {
    if request.ask.breakGlass { notify(.glassBroken(request)) }
    switch request.stage {
    case .pending: notify(.waitsForReview(request))
    case .approved, .denied, .cancelled, .lapsed, .granted, .extended: notify(.decided(request))
    }
  }

  /// What asking would come to; changes nothing.
  package func rehearse(
    _ submission: Submission, by caller: Caller
  ) async throws(Refusal) -> Request {
    // What is shown comes from the database: that is as much work as a write.
    try rates.count(caller, at: clocks.boot().milliseconds)
    let state = ledger.state
    let id = try await freshID()
    let command = Command.submit(id, submission)
    let history = try await history(for: command, by: caller)
    let now = clocks.wall()
    let snapshot = policy.snapshot
    let context = Context(
      policy: snapshot.policy,
      issuing: issuing(snapshot, state, doubts.first, observed: now), now: now,
      boot: clocks.boot(), history: history, verdicts: verdicts(for: command, by: caller),
      sha256: sha256)
    let events = try decide(command, by: caller, state, context)
    let entries = events.map {
      Entry(seq: state.nextSeq, at: now, author: .caller(caller), nonce: [], event: $0)
    }
    guard let request = Request(folding: entries) else { throw Refusal.unknownRequest(id.text) }
    return request
  }

  package func review(
    _ id: RequestID, _ review: ReviewSubmission, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    let outcome = try await submit(
      .review(id, review), by: caller, written: [review.comment].compactMap { $0 },
      idempotency: idempotency)
    let request = try await stored(id)
    if outcome.events.count > 1 { notify(.decided(request)) }
    await moveExpiry(after: outcome)
    return request
  }

  /// Says afterwards whether a glass had to be broken.
  package func reviewGlass(
    _ id: RequestID, _ review: HindsightSubmission, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    let outcome = try await submit(
      .reviewGlass(id, review), by: caller, written: [review.comment].compactMap { $0 },
      idempotency: idempotency)
    let request = try await stored(id)
    if !outcome.isReplay { notify(.decided(request)) }
    return request
  }

  package func cancel(
    _ id: RequestID, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    _ = try await submit(.cancel(id), by: caller, idempotency: idempotency)
    return try await stored(id)
  }

  /// An id that no request ever had.
  func freshID() async throws(Refusal) -> RequestID {
    var generator = SystemRandomNumberGenerator()
    while true {
      let id = RequestID(bits: generator.next())
      if try await find(id) == nil { return id }
    }
  }

  func find(_ id: RequestID) async throws(Refusal) -> Request? {
    try await reading { try await ledger.request(id) }
  }

  func stored(_ id: RequestID) async throws(Refusal) -> Request {
    guard let request = try await find(id) else { throw Refusal.unknownRequest(id.text) }
    return request
  }
}
