import AccessCore
import Synchronization

/// Secrets in memory. A test can make the place unwritable.
package final class MemoryCredentials: CredentialStore {
  private struct Contents {
    var present: [CredentialName: String] = [:]
    var next: [CredentialName: String] = [:]
    var isReadOnly = false
  }

  private let contents = Mutex(Contents())

  package init() {}

  package func present(_ name: CredentialName) -> String? {
    contents.withLock { $0.present[name] }
  }

  package func becomeReadOnly() { contents.withLock { $0.isReadOnly = true } }

  package func keepNext(
    _ name: CredentialName, _ fresh: Secret
  ) throws(CredentialError) -> NextSecret {
    if let pending = try next(name) { return NextSecret(secret: pending, isFresh: false) }
    guard contents.withLock({ !$0.isReadOnly }) else {
      throw CredentialError("no new secret can be kept beside \(name): Read-only file system")
    }
    contents.withLock { $0.next[name] = fresh.reveal() }
    return NextSecret(secret: fresh, isFresh: true)
  }

  package func next(_ name: CredentialName) throws(CredentialError) -> Secret? {
    contents.withLock { $0.next[name] }.map { Secret($0) }
  }

  package func settle(_ name: CredentialName) throws(CredentialError) {
    contents.withLock { contents in
      if let next = contents.next.removeValue(forKey: name) { contents.present[name] = next }
    }
  }

  package func forgetNext(_ name: CredentialName) throws(CredentialError) {
    contents.withLock { $0.next[name] = nil }
  }
}
