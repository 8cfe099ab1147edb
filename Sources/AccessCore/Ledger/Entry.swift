/// An event with its place, time and author: what the ledger keeps.
package struct Entry: Sendable, Equatable {
  /// 0 for the first; no gaps.
  package let seq: Int64
  /// Never before the entry that precedes it.
  package let at: Timestamp
  package let author: Author
  /// 16 random bytes, so that a withheld entry cannot be found by trying.
  package let nonce: [UInt8]
  package let event: Event

  package init(seq: Int64, at: Timestamp, author: Author, nonce: [UInt8], event: Event) {
    self.seq = seq
    self.at = at
    self.author = author
    self.nonce = nonce
    self.event = event
  }
}

/// On whose word something was done.
package enum Author: Sendable, Equatable {
  case caller(Caller)
  /// The broker itself: its timers, its reconciler, its start.
  case system
}

/// Somebody who was authenticated.
package struct Caller: Sendable, Hashable {
  package let principal: Principal
  package let proof: Proof

  package init(principal: Principal, proof: Proof) {
    self.principal = principal
    self.proof = proof
  }

  package enum Proof: Sendable, Hashable {
    /// The OS user at the other end of the ordinary socket.
    case peer(uid: UInt32)
    case token(TokenID)
    /// The OS user at the other end of the admin socket.
    case admin(uid: UInt32)
  }

  package var isAdmin: Bool {
    switch proof {
    case .admin: true
    case .peer, .token: false
    }
  }
}

/// Names a token without being one: 8 characters of Crockford's base32.
package typealias TokenID = RequestID
