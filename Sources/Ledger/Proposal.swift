import AccessCore

/// Something that wants to become part of the ledger.
package struct Proposal: Sendable {
  /// Looks at the state as it will be when its turn comes; answers the events, or why not.
  package typealias Decision = @Sendable (State, Timestamp) -> Result<[Event], Refusal>

  package let author: Author
  package let decide: Decision
  /// True for what has happened already (a fact about the world): it takes effect in memory even
  /// when the disk refuses, and is written later.
  package let holdsAnyway: Bool
  package var written: [WrittenText] = []
  /// Texts that the disk forgets with the entry.
  package var erased: [Commitment] = []
  /// What the events name by their digests.
  package var documents: [Document]
  package var idempotency: IdempotencyKey?

  /// What somebody wants: all or nothing.
  package init(
    by author: Author, written: [WrittenText] = [], document: Document? = nil,
    idempotency: IdempotencyKey? = nil, decide: @escaping Decision
  ) {
    self.author = author
    self.holdsAnyway = false
    self.written = written
    self.documents = [document].compactMap(\.self)
    self.idempotency = idempotency
    self.decide = decide
  }

  /// What happened, and what ends access: nothing of ours that is broken may stop it.
  package init(
    holdingAnywayBy author: Author, written: [WrittenText] = [], document: Document? = nil,
    idempotency: IdempotencyKey? = nil, decide: @escaping Decision
  ) {
    self.author = author
    self.holdsAnyway = true
    self.written = written
    self.documents = [document].compactMap(\.self)
    self.idempotency = idempotency
    self.decide = decide
  }
}

/// Something too large for an entry, which has its digest instead.
package struct Document: Sendable, Equatable {
  /// SHA-256 of `bytes`.
  package let digest: Digest
  package let bytes: [UInt8]

  package init(digest: Digest, bytes: [UInt8]) {
    self.digest = digest
    self.bytes = bytes
  }
}

/// What a client says to have one effect for any number of tries.
package struct IdempotencyKey: Hashable, Sendable {
  package let actor: Principal
  package let key: String
  /// SHA-256 of what was asked; the same key for something else is refused.
  package let fingerprint: Digest

  package init(actor: Principal, key: String, fingerprint: Digest) {
    self.actor = actor
    self.key = key
    self.fingerprint = fingerprint
  }
}

/// What became of a proposal.
package struct Outcome: Sendable {
  package let events: [Event]
  /// The state right after it.
  package let state: State
  /// The request it is about: of the first try, when this one is a replay.
  package let request: RequestID?
  package let isReplay: Bool
  /// False when the disk refused: known to this process only, and written when that is possible.
  package let durable: Bool
}
