import AccessCore

extension Policy {
  /// A small company: three entitlements on one database, one of them without review, and
  /// one for emergencies.
  static let ofTheCompany = Policy(
    groups: [
      Sample.name("backend"): [Sample.name("alice"), Sample.name("bob")],
      Sample.name("dba"): [Sample.name("dana"), Sample.name("drew")],
      Sample.name("owners"): [Sample.name("olga"), Sample.name("dana")],
    ],
    authorities: [
      .audit: [.person(Sample.name("audrey"))], .revoke: [.person(Sample.name("sam"))],
    ],
    databases: [
      Sample.name("orders_PROD"): Database(
        name: Sample.name("orders_PROD"), uid: Sample.name("db-01JD3ZK8"),
        environment: .production, access: Sample.access)
    ],
    roles: [
      Sample.name("read"): Role(
        name: Sample.name("read"), writes: false, postgresql: .memberOf(["orders_read"])),
      Sample.name("write"): Role(
        name: Sample.name("write"), postgresql: .memberOf(["orders_write"])),
    ],
    entitlements: [
      Sample.name("orders-read"): entitlement("read", .automatic),
      Sample.name("orders-write"): entitlement(
        "write",
        .steps([
          ReviewStep(from: .group(Sample.name("dba")), count: 1),
          ReviewStep(from: .group(Sample.name("owners")), count: 1),
        ])),
      Sample.name("orders-glass"): entitlement(
        "write", named: "glass",
        .afterwards(by: .group(Sample.name("owners")), within: Sample.span("10m"))),
    ])

  private static func entitlement(
    _ role: String, named name: String? = nil, _ review: ReviewRule
  ) -> Entitlement {
    Entitlement(
      name: Sample.name("orders-" + (name ?? role)), requesters: [.group(Sample.name("backend"))],
      databases: [Sample.name("orders_PROD")], roles: [Sample.name(role)],
      maxDuration: Sample.span("1h"), review: review, reviewWithin: Sample.span("4h"),
      activateWithin: Sample.span("1h"))
  }
}
