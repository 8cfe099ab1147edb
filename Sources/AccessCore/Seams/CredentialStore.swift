/// Where the broker's own secrets lie, each in a file. While one is rotated the next one lies beside
/// it, and whoever logs in tries both.
package protocol CredentialStore: Sendable {
  /// Keeps `fresh` beside the present secret, on disk; or answers the one that lies there already,
  /// so that a rotation that was cut off goes on with the same.
  func keepNext(_ name: CredentialName, _ fresh: Secret) throws(CredentialError) -> NextSecret

  /// What lies beside the present secret.
  func next(_ name: CredentialName) throws(CredentialError) -> Secret?

  /// Puts the next secret in the place of the present one. May be repeated.
  func settle(_ name: CredentialName) throws(CredentialError)

  /// Removes the next secret, which nobody has learned.
  func forgetNext(_ name: CredentialName) throws(CredentialError)
}

package struct NextSecret: Sendable {
  package let secret: Secret
  /// Whether it was made just now: then no database can know it yet.
  package let isFresh: Bool

  package init(secret: Secret, isFresh: Bool) {
    self.secret = secret
    self.isFresh = isFresh
  }
}

package struct CredentialError: Error, Sendable, Equatable, CustomStringConvertible {
  /// For people; never holds a secret.
  package let description: String

  package init(_ description: String) { self.description = description }
}
