import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// A round of the reconciler now. A repetition is one more round, and harms nobody.
struct ReconcileRoute {
  let broker: Broker

  func add(to router: Router<APIContext>) {
    router.post("/v1/reconcile") { request, context in
      let caller = try context.caller
      let body = try await request.write(NewReconciliation.self, by: caller).body
      let dryRun = body.dryRun ?? false
      let rounds = try await broker.reconcile(body.database, dryRun: dryRun, by: caller)
      return try jsonResponse(
        ReconcileView(dryRun: dryRun, databases: rounds.map(ReconcileView.Server.init)))
    }
  }
}

extension ReconcileView.Server {
  fileprivate init(_ round: Reconciliation) {
    self.init(
      database: round.database.text, unreached: round.unreached,
      findings: round.findings.flatMap { finding, done in
        finding.lines.map { kind, found in
          ReconcileView.Finding(
            role: finding.role.name, request: finding.request?.text, kind: kind, found: found,
            done: done.rawValue)
        }
      })
  }
}

extension Finding {
  fileprivate var request: AccessCore.RequestID? {
    switch what {
    case .fenced(let id), .drift(let id, _): id
    case .orphan, .stranger: nil
    }
  }

  fileprivate var lines: [(kind: String, found: String)] {
    switch what {
    case .orphan: [("orphan", "a role of ours without a live grant")]
    case .fenced: [("fenced", "its end had begun, and the ledger did not know")]
    case .drift(_, let drift), .stranger(let drift):
      drift.isEmpty ? [] : drift.map { ($0.kind.rawValue, $0.found) }
    }
  }
}
