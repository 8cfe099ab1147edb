import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// How the broker stands: for load balancers, for metrics, and for `jit doctor`.
struct StatusRoutes {
  let broker: Broker

  /// Those that need no authentication.
  func addOpen(to router: Router<APIContext>) {
    router.get("/healthz") { _, _ in "ok\n" }
    router.get("/readyz") { [broker] _, _ in
      let (isReady, words) = readiness(await broker.standing())
      return Response(
        status: isReady ? .ok : .serviceUnavailable,
        body: ResponseBody(byteBuffer: ByteBuffer(string: words + "\n")))
    }
    router.get("/metrics") { [broker] _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(
          byteBuffer: ByteBuffer(string: metricsText(await broker.standing()))))
    }
  }

  func add(to router: Router<APIContext>) {
    router.get("/v1/status") { _, context in
      _ = try context.caller
      return try jsonResponse(StatusView(await broker.standing()))
    }
  }
}

/// Whether access is given, for anybody who asks: no names of people or databases.
private func readiness(_ standing: Standing) -> (isReady: Bool, words: String) {
  if let stopped = standing.issuingStopped { return (false, "revoke-only: \(stopped.inert)") }
  if let lockdown = standing.lockdowns.first(where: { $0.range == .everything }) {
    return (false, "revoke-only: everything is locked down since \(lockdown.since)")
  }
  let count = standing.lockdowns.count
  return (true, count == 0 ? "ready" : "ready, with \(count) lockdown\(count == 1 ? "" : "s")")
}

extension StatusView {
  fileprivate init(_ standing: Standing) {
    self.init(
      now: standing.now.description, issuingStopped: standing.issuingStopped,
      origin: standing.origin, entries: standing.entries,
      newestAt: standing.newest?.description, ledgerUnwritable: standing.unwritable,
      liveGrants: standing.live, stuckGrants: standing.stuck,
      driftingGrants: standing.drifting, strangeRoles: standing.strangers,
      lockdowns: standing.lockdowns.map(LockdownView.init),
      scrub: Scrub(
        checked: standing.scrub.checked, size: standing.scrub.size,
        finishedAt: standing.scrub.finishedAt?.description, flaw: standing.scrub.flaw),
      logLinesDropped: standing.logLinesDropped)
  }
}
