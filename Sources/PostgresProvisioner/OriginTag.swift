import AccessCore
import Crypto

/// Whose a temporary role is: the text of its comment, `jit1:<origin>:<random>`, and from the
/// second epoch of the ledger on `#<epoch>` behind it.
///
/// Everybody in the server can read comments of roles, so the tag says nothing else.
package struct OriginTag: Sendable, Equatable {
  /// What the comment of every role of one origin begins with.
  package var prefix: String { "jit1:\(origin):" }
  private let origin: String
  private let epoch: Int

  /// - Parameter origin: the ledger's origin without its epoch: roles of earlier epochs stay ours.
  /// - Parameter epoch: that of the ledger now, from 1.
  package init(origin: String, epoch: Int = 1) {
    self.epoch = epoch
    let digest = SHA256.hash(data: Array(origin.utf8))
    self.origin = Array(digest.prefix(8)).hex
  }

  /// A whole comment for a new role.
  func comment(random: some FixedWidthInteger & UnsignedInteger) -> String {
    prefix + String(random, radix: 16) + (epoch > 1 ? "#\(epoch)" : "")
  }

  /// The comment of a scope role that the broker keeps on a database. It is no tag: whoever looks
  /// for roles of grants that are over must not find a scope.
  func comment(forScopesOf database: DatabaseUID) -> String {
    let digest = SHA256.hash(data: Array(database.text.utf8))
    return "jit1-scope:\(origin):\(Array(digest.prefix(8)).hex)"
  }

  func marks(_ comment: String?) -> Bool {
    comment?.hasPrefix(prefix) ?? false
  }

  /// Whether a role of ours with this comment was made before the present epoch began.
  func isEarlier(_ comment: String) -> Bool {
    let mark = comment.lastIndex(of: "#").map { comment[comment.index(after: $0)...] }
    return (mark.flatMap { Int($0) } ?? 1) < epoch
  }
}
