/// Text that a person wrote (a reason, a comment, a ticket), on its way into the ledger.
///
/// Only the commitment becomes part of an entry. The opening (salt and text) lies beside the
/// entries and can be erased; without it the commitment tells nothing.
package struct WrittenText: Hashable, Sendable {
  package let text: String
  /// 16 random bytes, so that a short text cannot be found by trying.
  package let salt: [UInt8]
  package let commitment: Commitment

  package init(_ text: String, salt: [UInt8], sha256: SHA256Function) {
    self.init(
      text, salt: salt, commitment: Commitment(digest: sha256(salt + Array(text.utf8))))
  }

  /// One that was written before, as it is kept.
  package init(_ text: String, salt: [UInt8], commitment: Commitment) {
    self.text = text
    self.salt = salt
    self.commitment = commitment
  }
}

/// `sha256(salt ‖ text)` of a text that a person wrote.
package struct Commitment: Hashable, Sendable {
  package let digest: Digest

  package init(digest: Digest) { self.digest = digest }
}

extension Commitment: Codable {
  package init(from decoder: any Decoder) throws { digest = try Digest(from: decoder) }
  package func encode(to encoder: any Encoder) throws { try digest.encode(to: encoder) }
}

/// The fields of entries that hold commitments.
package enum WrittenField: String, Sendable, CaseIterable {
  case reason, ticket, comment, why

  /// What precedes the 64 hexadecimal digits of the commitment in an entry's canonical JSON. It
  /// cannot stand within a string there, where quotes are escaped.
  package var marker: String { "\"\(rawValue)\":\"" }
}
