/// The paths of the API, spelled once for both sides.
package enum Path {
  package static let requests = "/v1/requests"
  package static let grants = "/v1/grants"
  package static let databases = "/v1/databases"
  package static let whoami = "/v1/whoami"
  package static let policy = "/v1/policy"
  package static let policyExplain = "/v1/policy/explain"
  package static let policyReload = "/v1/policy/reload"
  package static let auditEntries = "/v1/audit/entries"
  package static let auditBundle = "/v1/audit/bundle"
  package static let auditCheckpoint = "/v1/audit/checkpoint"
  package static let auditProof = "/v1/audit/proof"
  package static let tokens = "/v1/tokens"
  package static let backup = "/v1/backup"
  package static let lockdown = "/v1/lockdown"
  package static let reconcile = "/v1/reconcile"
  package static let status = "/v1/status"
  package static let metrics = "/metrics"
  package static let health = "/healthz"
  package static let ready = "/readyz"

  package static func request(_ id: String) -> String { "\(requests)/\(id)" }
  package static func auditEntry(_ index: Int64) -> String { "\(auditEntries)/\(index)" }
  package static func database(_ name: String, _ act: DatabaseAct) -> String {
    "\(databases)/\(name)/\(act.rawValue)"
  }
  package static func token(_ id: String) -> String { "\(tokens)/\(id)" }
  package static func request(_ id: String, _ act: RequestAct) -> String {
    "\(requests)/\(id)/\(act.rawValue)"
  }
}

/// What can be done to a request: the last part of the path that it is posted to.
package enum RequestAct: String, Sendable, CaseIterable {
  case reviews, activate, extend, cancel, release, revoke, residue, forget, erase
}

/// What can be done to a database by those who run the broker: the last part of the path.
package enum DatabaseAct: String, Sendable, CaseIterable {
  case preflight, plan, apply, rotate
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
///
/// Every client is a witness of the ledger: it says how many entries it has seen, and the reply
/// shows the newest checkpoint and proves that nothing before was changed.
package enum HeaderName {
  package static let idempotencyKey = "Idempotency-Key"
  /// Of a message: the size of the last checkpoint that the client saw, 0 if it saw none. Replies
  /// have the next three fields only if this one is there.
  package static let witnessSize = "Jit-Witness-Size"
  /// Of a reply: base64 of the newest checkpoint, a signed note (C2SP tlog-checkpoint).
  package static let checkpoint = "Jit-Checkpoint"
  /// Of a reply: the key that signs checkpoints, in vkey form.
  package static let verifierKey = "Jit-Verifier-Key"
  /// Of a reply: the proof (RFC 9162 §2.1.4) that the checkpoint extends the one that the client
  /// saw, as base64 hashes with commas between them. Missing when the ledger is shorter than that.
  package static let consistency = "Jit-Consistency"
  /// Of an export: how many entries the ledger had when it began.
  package static let ledgerSize = "Jit-Ledger-Size"
}

/// `GET /v1/audit/bundle`: the files of a bundle on one stream. Each line begins with the letter of
/// the file that the rest of the line belongs to.
package enum BundlePart: UInt8, Sendable, CaseIterable {
  /// "c"
  case checkpoint = 0x63
  /// "v"
  case verifier = 0x76
  /// "e": in the order of the tree, none left out.
  case entry = 0x65
  /// "o": stands behind its entry.
  case opening = 0x6F
  /// "g": behind the last entry.
  case grant = 0x67
}
