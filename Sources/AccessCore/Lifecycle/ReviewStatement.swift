/// What a reviewer puts their name to. Both sides make its bytes by themselves: the client from what
/// it has shown, the broker from what it has on record. A signature is good only over both.
package struct ReviewStatement: Sendable, Equatable {
  /// The ledger with the number of its epoch.
  package let origin: String
  package let request: RequestID
  package let ask: Ask
  package let reviewer: Principal
  package let verdict: Verdict
  /// The shorter time that the reviewer allows; nil leaves what was asked.
  package let shortened: TimeSpan?

  /// The namespace that OpenSSH signs it in (`ssh-keygen -Y sign -n`).
  package static let namespace = "jit-review"

  package init(
    origin: String, request: RequestID, ask: Ask, reviewer: Principal, verdict: Verdict,
    shortened: TimeSpan?
  ) {
    self.origin = origin
    self.request = request
    self.ask = ask
    self.reviewer = reviewer
    self.verdict = verdict
    self.shortened = shortened
  }

  /// Canonical JSON: everything that the request's digest is made of, and the review's own fields.
  package var message: [UInt8] {
    let review: [String: JSON] = [
      "reviewer": text(reviewer), "verdict": .string(verdict.rawValue),
      "shortened": text(shortened),
    ]
    return JSON.object(asked(ask, request, origin: origin).merging(review) { $1 }).canonical
  }

  /// The names of the fields that the digest of a request does not cover.
  package static let ownFields = ["reviewer", "verdict", "shortened"]
}

/// SHA-256 over the canonical JSON of everything that was asked.
package func digest(
  of ask: Ask, _ id: RequestID, origin: String, _ sha256: SHA256Function
) -> Digest {
  sha256(JSON.object(asked(ask, id, origin: origin)).canonical)
}

/// What people wrote is there as commitments: an erased text leaves digests and signatures good.
private func asked(_ ask: Ask, _ id: RequestID, origin: String) -> [String: JSON] {
  var fields: [String: JSON] = [
    "origin": .string(origin), "request": .string(id.text),
    "requester": text(ask.requester), "database": text(ask.database),
    "database_uid": text(ask.databaseUID), "environment": .string(ask.environment.rawValue),
    "role": text(ask.role), "duration": text(ask.duration), "start": text(ask.start),
    "reason": text(ask.reason?.digest), "ticket": text(ask.ticket?.digest),
    "entitlement": text(ask.entitlement), "extends": text(ask.extends),
  ]
  if ask.breakGlass { fields["break_glass"] = .bool(true) }
  return fields
}

private func text(_ value: (some CustomStringConvertible)?) -> JSON {
  value.map { .string($0.description) } ?? .null
}
