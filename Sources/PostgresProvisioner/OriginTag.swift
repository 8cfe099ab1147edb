import AccessCore
import Crypto

/// Whose a temporary role is: the text of its comment, `jit1:<origin>:<random>`.
///
/// Everybody in the server can read comments of roles, so the tag says nothing else.
package struct OriginTag: Sendable, Equatable {
  /// What the comment of every role of one origin begins with.
  package let prefix: String

  /// - Parameter origin: the ledger's origin without its epoch: roles of earlier epochs stay ours.
  package init(origin: String) {
    let digest = SHA256.hash(data: Array(origin.utf8))
    prefix = "jit1:\(Array(digest.prefix(8)).hex):"
  }

  /// A whole comment for a new role.
  func comment(random: some FixedWidthInteger & UnsignedInteger) -> String {
    prefix + String(random, radix: 16)
  }

  func marks(_ comment: String?) -> Bool {
    comment?.hasPrefix(prefix) ?? false
  }
}
