import AccessCore
import Testing

/// Something that somebody may try, on a request that is in the right state for it unless its name
/// says otherwise.
enum Act: String, CaseIterable {
  case see
  case seeEnded = "see ended"
  case list
  case listEnded = "list ended"
  case listGrants = "list grants"
  case review
  case reviewEnded = "review ended"
  case cancel
  case cancelEnded = "cancel ended"
  case activate
  case activateEarly = "activate early"
  case activateEnded = "activate ended"
  case reissue
  case extend
  case extendEnded = "extend ended"
  case release
  case releaseEnded = "release ended"
  case revoke
  case revokeEnded = "revoke ended"
  case erase
  case eraseEnded = "erase ended"
  case seeResidue = "see residue"
  case dropResidue = "drop residue"
  case forget
  case lockDown = "lock down"
  case rotate
  case submit
  case rehearse
  case export
  case reloadPolicy = "reload policy"
  case createToken = "create token"
  case listTokens = "list tokens"
  case revokeToken = "revoke token"
  case backup
  case preflight, plan, apply, reconcile
  case seePolicy = "see policy"
  case seeDatabases = "see databases"
  case seeOneself = "see oneself"

  /// What the client gets for it: the status, and the code of a problem.
  func answer(to client: HTTPClient, of test: TestBroker) async throws -> String {
    func post(_ path: String, _ stage: Stage, _ body: JSON? = nil) async throws -> String {
      let id = try await test.request(stage)
      return try await client.post("/v1/requests/\(id)\(path)", body).verdict
    }
    func get(_ path: String) async throws -> String { try await client.get(path).verdict }

    switch self {
    case .see: return try await get("/v1/requests/" + test.request(.pending))
    case .seeEnded: return try await get("/v1/requests/" + test.request(.ended))
    case .list: return try await listing("requests", of: test.request(.pending), client)
    case .listEnded: return try await listing("requests", of: test.request(.ended), client)
    case .listGrants: return try await listing("grants", of: test.request(.active), client)
    case .review: return try await post("/reviews", .pending, approval)
    case .reviewEnded: return try await post("/reviews", .ended, approval)
    case .cancel: return try await post("/cancel", .pending)
    case .cancelEnded: return try await post("/cancel", .ended)
    case .activate: return try await post("/activate", .approved)
    case .activateEarly: return try await post("/activate", .pending)
    case .activateEnded: return try await post("/activate", .ended)
    case .reissue: return try await post("/activate", .active)
    case .extend: return try await post("/extend", .active, extra)
    case .extendEnded: return try await post("/extend", .ended, extra)
    case .release: return try await post("/release", .active)
    case .releaseEnded: return try await post("/release", .ended)
    case .revoke: return try await post("/revoke", .active, revocation)
    case .revokeEnded: return try await post("/revoke", .ended, revocation)
    case .erase: return try await post("/erase", .active)
    case .eraseEnded: return try await post("/erase", .ended)
    case .seeResidue: return try await get("/v1/requests/\(test.request(.ended))/residue")
    case .dropResidue: return try await post("/residue", .active, dropping)
    case .forget: return try await post("/forget", .ended, forgetting)
    case .lockDown: return try await client.post("/v1/lockdown", nobody).verdict
    case .rotate: return try await client.post("/v1/databases/orders_PROD/rotate").verdict
    case .submit: return try await client.post("/v1/requests", sampleAsk).verdict
    case .rehearse: return try await client.post("/v1/requests", rehearsal).verdict
    case .export: return try await get("/v1/audit/entries")
    case .reloadPolicy: return try await client.post("/v1/policy/reload").verdict
    case .createToken: return try await client.post("/v1/tokens", newToken).verdict
    case .listTokens: return try await get("/v1/tokens")
    case .revokeToken:
      let made = try await test.admin.post("/v1/tokens", newToken).json()
      let id = try #require(made["id"]?.text)
      return try await client.post("/v1/tokens/\(id)/revoke").verdict
    case .backup: return try await get("/v1/backup")
    case .preflight: return try await get("/v1/databases/orders_PROD/preflight")
    case .plan: return try await get("/v1/databases/orders_PROD/plan")
    case .apply: return try await client.post("/v1/databases/orders_PROD/apply").verdict
    case .reconcile: return try await client.post("/v1/reconcile", dryRun).verdict
    case .seePolicy: return try await get("/v1/policy")
    case .seeDatabases: return try await get("/v1/databases")
    case .seeOneself: return try await get("/v1/whoami")
    }
  }

  private func listing(
    _ what: String, of id: String, _ client: HTTPClient
  ) async throws -> String {
    let reply = try await client.get("/v1/\(what)?scope=all")
    guard reply.status == 200, case .array(let items) = try reply.json() else {
      return reply.verdict
    }
    return items.contains { $0["id"]?.text == id } ? "200 with it" : "200 without it"
  }
}

let revocation: JSON = .object(["reason": .string("INC-2 leaked")])
private let dropping: JSON = .object(["drop": .bool(true)])
private let forgetting: JSON = .object(["why": .string("the server was scrapped")])
private let extra: JSON = .object([
  "duration": .string("5m"), "reason": .string("INC-3 not done"),
])
/// Of somebody who has nothing that others need.
private let nobody: JSON = .object(["person": .string("bob")])
let dryRun: JSON = .object(["dry_run": .bool(true)])
let newToken: JSON = .object(["user": .string("bob")])

private var rehearsal: JSON {
  guard case .object(var ask) = sampleAsk else { return sampleAsk }
  ask["dry_run"] = .bool(true)
  return .object(ask)
}
