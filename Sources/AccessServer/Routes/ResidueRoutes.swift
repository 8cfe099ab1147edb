import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// What the role of a grant left behind, and what becomes of it.
struct ResidueRoutes {
  let broker: Broker

  func add(to router: Router<APIContext>) {
    router.get("/v1/requests/:id/residue", use: look)
    router.post("/v1/requests/:id/residue", use: decide)
    router.post("/v1/requests/:id/forget", use: forget)
  }

  private func look(_ request: Request, _ context: APIContext) async throws -> Response {
    let report = try await broker.residue(of: context.requestID, by: context.caller)
    return try jsonResponse(ResidueReportView(report))
  }

  private func decide(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewResidueDecision.self, by: caller)
    let fate: ResidueFate
    switch (write.body.drop, write.body.giveTo) {
    case (true, nil): fate = .drop
    case (nil, let role?), (false, let role?): fate = .give(to: role)
    case (true, .some), (nil, nil), (false, nil):
      throw Problem(.usage, "it is either dropped or given to a role")
    }
    return try await respond(
      broker.decideResidue(
        of: context.requestID, fate, by: caller, idempotency: write.idempotency))
  }

  private func forget(_ request: Request, _ context: APIContext) async throws -> Response {
    let caller = try context.caller
    let write = try await request.write(NewForgetting.self, by: caller)
    return try await respond(
      broker.forget(
        context.requestID, why: write.body.why, by: caller, idempotency: write.idempotency))
  }

  private func respond(_ request: AccessCore.Request) async throws -> Response {
    try jsonResponse(RequestView(try await broker.detail(request)))
  }
}

extension ResidueReportView {
  fileprivate init(_ report: ResidueReport) {
    self.init(
      id: report.request.id.text, database: report.request.ask.database.text,
      state: GrantView(report.grant).state, roleName: report.grant.roleName,
      residue: report.residue.map(ResidueView.init))
  }
}
