import AccessCore
import Ledger

/// Grants that act as an owner: what the owner had before, and what of it changed until the end.
/// Nothing is undone; the receipt says it.
extension Broker {
  /// What the owner has now, to be kept until the grant ends; nil for a grant that acts as none.
  func baseline(
    of id: RequestID, _ grant: Grant, _ role: RoleIdentity, _ provisioner: any Provisioner
  ) async throws(Refusal) -> Document? {
    guard let owner = grant.actsAs else { return nil }
    do {
      let bytes = try await provisioner.snapshot(of: owner, on: role.systemIdentifier).encoded
      return Document(digest: sha256(bytes), bytes: bytes)
    } catch {
      await undo(id, grant, provisioner, because: error.message)
      throw Refusal(
        error, "what \(owner) has could not be looked at",
        hint: "\(id) is approved still: try again")
    }
  }

  /// The same with what changed of the owner and of the scopes, once all of it is over.
  ///
  /// - Parameter over: when the access was over; a look before that would miss what came last.
  func told(
    _ id: RequestID, _ revocation: Revocation, _ grant: Grant, _ provisioner: any Provisioner,
    over: ContinuousClock.Instant = .now
  ) async -> Revocation {
    switch revocation.outcome {
    case .stuck: revocation
    case .ended:
      revocation.adding(
        await ownerChanges(grant, provisioner) + scopeChanges(id, grant, provisioner, over))
    }
  }

  /// For the receipt. That the comparison cannot be made stands there, too: it stops no end.
  private func ownerChanges(_ grant: Grant, _ provisioner: any Provisioner) async -> [Residue] {
    // Without an identity nobody was ever able to log in.
    guard let owner = grant.actsAs, let role = grant.identity else { return [] }
    func unknown(_ why: String) -> [Residue] {
      [
        Residue(
          database: "(all)", kind: "comparison", name: owner,
          note: "what changed of it during the grant is not known: \(why)")
      ]
    }
    do {
      let now = try await provisioner.snapshot(of: owner, on: role.systemIdentifier)
      guard let digest = grant.baseline, let kept = try await ledger.document(digest),
        sha256(kept) == digest
      else { return unknown("what it had before was not kept") }
      let changes = now.changes(since: try OwnerSnapshot(decoding: kept), of: owner)
      return limited(changes, owner)
    } catch let error as ProvisioningError {
      return unknown(error.message)
    } catch {
      return unknown("\(error)")
    }
  }

  /// As many as an entry holds.
  func limited(_ changes: [Residue], _ owner: String) -> [Residue] {
    let limit = Limits.residueListedMax
    guard changes.count > limit else { return changes }
    let rest = Residue(
      database: "(all)", kind: "comparison", name: owner,
      note: "\(changes.count - limit + 1) more changes")
    return changes.prefix(limit - 1) + [rest]
  }
}
