/// The paths of the API, spelled once for both sides.
package enum Path {
  package static let requests = "/v1/requests"
  package static let grants = "/v1/grants"
  package static let databases = "/v1/databases"
  package static let whoami = "/v1/whoami"
  package static let policy = "/v1/policy"
  package static let policyReload = "/v1/policy/reload"
  package static let auditEntries = "/v1/audit/entries"
  package static let tokens = "/v1/tokens"
  package static let health = "/healthz"
  package static let ready = "/readyz"

  package static func request(_ id: String) -> String { "\(requests)/\(id)" }
  package static func token(_ id: String) -> String { "\(tokens)/\(id)" }
  package static func request(_ id: String, _ act: RequestAct) -> String {
    "\(requests)/\(id)/\(act.rawValue)"
  }
}

/// What can be done to a request: the last part of the path that it is posted to.
package enum RequestAct: String, Sendable, CaseIterable {
  case reviews, activate, cancel, release, revoke, erase
}

/// Which requests `GET /v1/requests` lists: `?scope=…`.
package enum ListScope: String, Sendable, CaseIterable {
  /// Those the caller made or may review, while they are open.
  case open
  case mine
  case toReview = "to-review"
  case all
}

/// Header fields of ours (RFC 9110 names are case-insensitive).
package enum HeaderName {
  package static let idempotencyKey = "Idempotency-Key"
}
