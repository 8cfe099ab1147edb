import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// `/v1/requests` and everything that is done to one.
struct RequestRoutes {
  let broker: Broker
  let times: StartTimes

  func add(to router: Router<APIContext>) {
    router.post("/v1/requests", use: create)
    router.get("/v1/requests", use: list)
    router.get("/v1/requests/:id", use: show)
    router.post("/v1/requests/:id/reviews", use: review)
    router.post("/v1/requests/:id/cancel", use: cancel)
    router.post("/v1/requests/:id/activate", use: activate)
    router.post("/v1/requests/:id/extend", use: extend)
    router.post("/v1/requests/:id/release", use: release)
    router.post("/v1/requests/:id/revoke", use: revoke)
    router.post("/v1/requests/:id/erase", use: erase)
    router.get("/v1/grants", use: grants)
  }

  private func create(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewRequest.self, by: caller)
    let new = write.body
    let submission = Submission(
      database: new.database, role: new.role, duration: new.duration,
      reason: broker.written(new.reason), ticket: broker.written(new.ticket),
      entitlement: new.entitlement, start: try times.read(new.start, broker.policy.snapshot.policy),
      breakGlass: new.breakGlass ?? false)
    if new.dryRun == true {
      let rehearsed = try await broker.rehearse(submission, by: caller)
      var view = RequestView(
        try await broker.detail(rehearsed), await broker.preview(rehearsed))
      (view.id, view.reason, view.ticket) = ("", new.reason, new.ticket)
      return try jsonResponse(view)
    }
    let made = try await broker.request(submission, by: caller, idempotency: write.idempotency)
    return try await respond(made, status: .created)
  }

  private func list(_ request: Request, _ context: APIContext) async throws -> Response {
    let scope = try readScope(request.uri.queryParameters["scope"].map(String.init))
    let state = request.uri.queryParameters["state"].map(String.init)
    guard state.map(["pending", "approved", "denied", "cancelled", "lapsed"].contains) ?? true
    else { throw Problem(.usage, "the state is pending, approved, denied, cancelled or lapsed") }
    let requests = try await broker.requests(scope, of: context.caller)
    return try await respond(requests.filter { state == nil || $0.stage.name == state })
  }

  private func show(_ request: Request, _ context: APIContext) async throws -> Response {
    let detail = try await broker.show(try context.requestID, to: context.caller)
    var view = RequestView(detail, await broker.preview(detail.request))
    view.lastGrants = try await broker.lastGrants(before: detail.request).map(LastGrantView.init)
    return try jsonResponse(view)
  }

  private func review(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewReview.self, by: caller)
    let digest = try write.body.digest.map { text in
      guard let digest = Digest(hex: text) else { throw Problem(.usage, "not a digest") }
      return digest
    }
    if let verdict = Hindsight.Judgement(rawValue: write.body.verdict) {
      return try await reviewGlass(verdict, digest, write, by: caller, context)
    }
    guard let verdict = Verdict(rawValue: write.body.verdict) else {
      throw Problem(.usage, "a verdict is approve or deny, or afterwards justified or unjustified")
    }
    let submission = ReviewSubmission(
      verdict: verdict, duration: write.body.duration, comment: broker.written(write.body.comment),
      digest: digest, signature: write.body.signature)
    return try await respond(
      broker.review(try context.requestID, submission, by: caller, idempotency: write.idempotency))
  }

  private func reviewGlass(
    _ verdict: Hindsight.Judgement, _ digest: Digest?, _ write: Write<NewReview>,
    by caller: Caller, _ context: APIContext
  ) async throws -> Response {
    guard write.body.duration == nil, write.body.signature == nil else {
      throw Problem(.usage, "a verdict afterwards has neither a duration nor a signature")
    }
    let submission = HindsightSubmission(
      verdict: verdict, comment: broker.written(write.body.comment), digest: digest)
    return try await respond(
      broker.reviewGlass(
        try context.requestID, submission, by: caller, idempotency: write.idempotency))
  }

  private func cancel(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let key = try await request.bareWrite(by: caller)
    return try await respond(broker.cancel(try context.requestID, by: caller, idempotency: key))
  }

  private func activate(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let key = try await request.bareWrite(by: caller)
    let credentials = try await broker.activate(try context.requestID, by: caller, idempotency: key)
    return try jsonResponse(CredentialsView(credentials))
  }

  private func extend(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewExtension.self, by: caller)
    let submission = ExtensionSubmission(
      duration: write.body.duration, reason: broker.written(write.body.reason))
    let made = try await broker.extend(
      try context.requestID, submission, by: caller, idempotency: write.idempotency)
    return try await respond(made, status: .created)
  }

  private func release(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let key = try await request.bareWrite(by: caller)
    let ended = try await broker.end(.release(try context.requestID), by: caller, idempotency: key)
    return try await respond(ended.request, durable: ended.durable)
  }

  private func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewRevocation.self, by: caller)
    let reason = broker.written(write.body.reason)
    let ended = try await broker.end(
      .revoke(try context.requestID, reason: reason), by: caller, written: reason,
      idempotency: write.idempotency)
    return try await respond(ended.request, durable: ended.durable)
  }

  private func erase(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    _ = try await request.bareWrite(by: caller)
    return try await respond(broker.erase(try context.requestID, by: caller))
  }

  private func grants(_ request: Request, _ context: APIContext) async throws -> Response {
    let scope = request.uri.queryParameters["scope"].map(String.init) ?? "active"
    guard ["active", "all"].contains(scope) else {
      throw Problem(.usage, "the scope of grants is active or all")
    }
    return try await respond(broker.grants(all: scope == "all", for: context.caller))
  }

  // MARK: - Shared by the handlers

  private func readScope(_ text: String?) throws -> Broker.Scope {
    switch ListScope(rawValue: text ?? "open") {
    case .open: .open
    case .mine: .mine
    case .toReview: .toReview
    case .all: .all
    case nil: throw Problem(.usage, "the scope is open, mine, to-review or all")
    }
  }

  private func respond(
    _ request: AccessCore.Request, status: HTTPResponse.Status = .ok, durable: Bool = true
  ) async throws -> Response {
    let view = RequestView(try await broker.detail(request), durable: durable)
    return try jsonResponse(view, status: status)
  }

  private func respond(_ requests: [AccessCore.Request]) async throws -> Response {
    var views: [RequestView] = []
    for request in requests { views.append(RequestView(try await broker.detail(request))) }
    return try jsonResponse(views)
  }
}
