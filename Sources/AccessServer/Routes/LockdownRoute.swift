import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// `/v1/lockdown`: no access in a range, and the end of what is live there.
struct LockdownRoute {
  let broker: Broker

  func add(to router: Router<APIContext>) { router.post("/v1/lockdown", use: change) }

  private func change(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewLockdown.self, by: caller)
    let range = try LockdownRange(write.body)
    let key = write.idempotency
    if write.body.lift == true {
      guard let lifted = try await broker.liftLockdown(range, by: caller, idempotency: key) else {
        throw Problem(.wrongState, "there is no lockdown of \(range.words)")
      }
      return try jsonResponse(
        LockdownReportView(
          lockdown: LockdownView(lifted), lifted: true, grants: [], durable: true))
    }
    let report = try await broker.lockDown(range, by: caller, idempotency: key)
    var grants: [RequestView] = []
    for grant in report.grants { grants.append(RequestView(try await broker.detail(grant))) }
    return try jsonResponse(
      LockdownReportView(
        lockdown: LockdownView(report.lockdown), lifted: false, grants: grants,
        durable: report.durable))
  }
}

extension LockdownRange {
  fileprivate init(_ body: NewLockdown) throws {
    switch (body.person, body.database, body.role) {
    case (nil, nil, nil): self = .everything
    case (let text?, nil, nil): self = .person(try name(text))
    case (nil, let text?, nil): self = .database(try name(text))
    case (nil, nil, let text?): self = .role(try name(text))
    default: throw Problem(.usage, "a lockdown is of one person, one database or one role")
    }
  }
}

private func name<Kind>(_ text: String) throws -> Name<Kind> {
  if let name = Name<Kind>(text) { return name }
  throw Problem(.usage, "“\(text.prefix(80).inert)” is not a \(Kind.noun)")
}

extension LockdownView {
  init(_ lockdown: Lockdown) {
    self.init(
      person: nil, database: nil, role: nil, since: lockdown.since.description,
      by: lockdown.by.principal.text)
    switch lockdown.range {
    case .everything: break
    case .person(let name): person = name.text
    case .database(let name): database = name.text
    case .role(let name): role = name.text
    }
  }
}
