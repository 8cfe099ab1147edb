import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// What those who run the broker do to a database.
struct DatabaseRoutes {
  let broker: Broker

  func add(to router: Router<APIContext>) {
    router.get("/v1/databases/:name/preflight") { _, context in
      let name = try context.parameters.require("name")
      let report = try await broker.preflight(name, by: context.caller)
      return try jsonResponse(PreflightView(report, of: name))
    }
    router.post("/v1/databases/:name/rotate") { request, context in
      let name = try context.parameters.require("name")
      let caller = try context.caller
      // A repetition rotates once more, which does no harm.
      _ = try await request.bareWrite(by: caller)
      let rotated = try await broker.rotate(name, by: caller)
      return try jsonResponse(
        RotationView(
          credential: rotated.credential.text, databases: rotated.databases.map(\.text)))
    }
    router.get("/v1/databases/:name/plan") { _, context in
      let name = try context.parameters.require("name")
      let plan = try await broker.planScopes(name, by: context.caller)
      return try jsonResponse(ScopePlanView(plan, of: name))
    }
    router.post("/v1/databases/:name/apply") { request, context in
      let name = try context.parameters.require("name")
      // A repetition finds nothing to do.
      _ = try await request.bareWrite(by: try context.caller)
      let plan = try await broker.applyScopes(name, by: context.caller)
      return try jsonResponse(ScopePlanView(plan, of: name))
    }
  }
}

extension PreflightView {
  init(_ report: PreflightReport, of database: String) {
    self.init(
      database: database, serverVersion: report.serverVersion,
      checks: report.checks.map(Check.init),
      refusing: report.refusing.map(\.name), leastAdmin: report.leastAdmin)
  }
}

extension ScopePlanView {
  init(_ plan: ScopePlan, of database: String) {
    self.init(
      database: database, roles: plan.roles, privileges: plan.privileges,
      drift: plan.drift.map { drift in
        Drift(
          scope: drift.scope, direction: drift.direction.rawValue, what: drift.what,
          note: drift.note)
      },
      obstacles: plan.obstacles)
  }
}

extension PreflightView.Check {
  fileprivate init(_ check: PreflightCheck) {
    let (status, accepted): (String, Bool?) =
      switch check.verdict {
      case .ok: ("ok", nil)
      case .warning: ("warning", nil)
      case .danger(_, let accepted): ("danger", accepted)
      case .missing: ("missing", nil)
      }
    self.init(
      check: check.name, status: status, accepted: accepted, found: check.found, why: check.why,
      sql: check.sql)
  }
}
