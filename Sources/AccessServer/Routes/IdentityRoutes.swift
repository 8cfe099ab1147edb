import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird

/// Who the caller is, what they may ask for, and the policy that says so.
struct IdentityRoutes {
  let broker: Broker

  func add(to router: Router<APIContext>) {
    router.get("/v1/whoami") { _, context in
      try jsonResponse(WhoamiView(context.caller, broker.policy.snapshot.policy))
    }
    router.get("/v1/databases") { _, context in
      let caller = try context.caller
      let views = databaseViews(for: caller.principal, broker.policy.snapshot.policy)
      return try jsonResponse(caller.isAdmin ? [] : views)
    }
    router.get("/v1/policy") { _, context in
      _ = try context.caller
      return try await policyView()
    }
    router.get("/v1/policy/explain") { request, context in
      let query = request.uri.queryParameters
      let question = Question(
        person: query["as"].map(String.init), database: query["database"].map(String.init) ?? "",
        role: query["role"].map(String.init) ?? "",
        duration: query["duration"].map(String.init) ?? "")
      let explanations = try await broker.explain(question, to: context.caller)
      return try jsonResponse(explanations.map(ExplanationView.init))
    }
    router.post("/v1/policy/reload") { _, context in
      try await broker.reloadPolicy(by: context.caller)
      return try await policyView()
    }
  }

  private func policyView() async throws -> Response {
    try jsonResponse(
      PolicyView(
        digest: broker.policy.snapshot.digest?.description,
        issuingStopped: await broker.issuingStopped()))
  }
}
