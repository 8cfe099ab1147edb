import AccessCore
import Testing

/// Who is who: alice asks, dana reviews, eve has nothing to do with it, audrey, rhea and oscar
/// hold one authority each.
let samplePolicy = """
  groups:
    backend:   { members: [alice, bob] }
    dba:       { members: [dana] }
    shop:      { members: [eve] }
    auditors:  { members: [audrey] }
    security:  { members: [rhea] }
    operators: { members: [oscar] }
  authorities:
    audit:   [auditors]
    revoke:  [security]
    operate: [operators]
  timezone: Europe/Berlin
  databases:
    orders_PROD:
      uid: db-1
      environment: production
      engine: postgresql
      connection: { host: 127.0.0.1, port: 5432, dbname: orders }
      client: { host: orders.example.com, port: 6432 }
      admin: { user: jit_broker, password: "credential:orders" }
    shop_PROD:
      uid: db-2
      environment: production
      engine: postgresql
      connection: { host: 127.0.0.1, port: 5432, dbname: shop }
      admin: { user: jit_broker, password: "credential:shop" }
  roles:
    read:  { writes: false, postgresql: { member_of: [app_read] } }
    write: { postgresql: { member_of: [app_write] } }
  entitlements:
    orders-write:
      requesters: [backend]
      databases: [orders_PROD]
      roles: [write]
      max_duration: 1h
      review: [{ from: dba }]
    shop-read:
      requesters: [shop]
      databases: [shop_PROD]
      roles: [read]
      max_duration: 8h
      reason: { required: false }
      review: none
  """

/// What alice asks for.
let sampleAsk = ask()

func ask(
  reason: String = "INC-1 unstick orders", ticket: String? = nil, duration: String = "30m",
  start: String? = nil
) -> JSON {
  .object([
    "database": .string("orders_PROD"), "role": .string("write"), "duration": .string(duration),
    "reason": .string(reason), "ticket": ticket.map(JSON.string) ?? .null,
    "start": start.map(JSON.string) ?? .null,
  ])
}

/// How far a request of alice's has come.
enum Stage { case pending, approved, active, ended }

extension TestBroker {
  /// A request of alice's in that stage; answers its id.
  func request(_ stage: Stage) async throws -> String {
    let (alice, dana) = (try await client("alice"), try await client("dana"))
    let made = try await alice.post("/v1/requests", sampleAsk).json()
    let path = "/v1/requests/" + (try #require(made["id"]?.text))
    func step(_ reply: Reply) { #expect(reply.status == 200, "\(reply.text)") }
    if stage != .pending { step(try await dana.post(path + "/reviews", approval)) }
    if stage == .active || stage == .ended { step(try await alice.post(path + "/activate")) }
    if stage == .ended { step(try await alice.post(path + "/release")) }
    return String(path.dropFirst("/v1/requests/".count))
  }
}

let approval: JSON = .object(["verdict": .string("approve")])
