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
      let stopped = await broker.issuingStopped()
      return Response(
        status: stopped == nil ? .ok : .serviceUnavailable,
        body: ResponseBody(
          byteBuffer: ByteBuffer(
            string: (stopped.map { "revoke-only: \($0.inert)" } ?? "ready") + "\n")))
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

extension StatusView {
  fileprivate init(_ standing: Standing) {
    self.init(
      now: standing.now.description, issuingStopped: standing.issuingStopped,
      origin: standing.origin, entries: standing.entries,
      newestAt: standing.newest?.description, ledgerUnwritable: standing.unwritable,
      liveGrants: standing.live, stuckGrants: standing.stuck,
      scrub: Scrub(
        checked: standing.scrub.checked, size: standing.scrub.size,
        finishedAt: standing.scrub.finishedAt?.description, flaw: standing.scrub.flaw))
  }
}
