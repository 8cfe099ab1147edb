import AccessCore
import PolicyFile
import Synchronization

/// The policy that decisions are made by, and whether it is good enough to give access.
package final class PolicyInForce: Sendable {
  package struct Snapshot: Sendable {
    package let policy: Policy
    package let digest: Digest?
    /// Nil while the policy on disk is the one in force; else why it is not.
    package let broken: String?
    let reasons: ReasonPatterns

    init(policy: Policy, digest: Digest?, broken: String?) {
      (self.policy, self.digest, self.broken) = (policy, digest, broken)
      reasons = ReasonPatterns(of: policy)
    }
  }

  private let current = Mutex(
    Snapshot(policy: Policy(), digest: nil, broken: "no policy is loaded"))

  package init() {}

  package var snapshot: Snapshot { current.withLock { $0 } }

  func set(_ snapshot: Snapshot) { current.withLock { $0 = snapshot } }
}

/// Where policy files come from, and how their texts are kept with the ledger.
package struct PolicySource: Sendable {
  /// They are taken up together or not at all.
  enum Whole { case files }

  package let read: @Sendable () throws -> [PolicyDocument]
  package let encode: @Sendable ([PolicyDocument]) -> [UInt8]
  package let decode: @Sendable ([UInt8]) throws -> [PolicyDocument]

  package init(
    read: @escaping @Sendable () throws -> [PolicyDocument],
    encode: @escaping @Sendable ([PolicyDocument]) -> [UInt8],
    decode: @escaping @Sendable ([UInt8]) throws -> [PolicyDocument]
  ) {
    self.read = read
    self.encode = encode
    self.decode = decode
  }
}
