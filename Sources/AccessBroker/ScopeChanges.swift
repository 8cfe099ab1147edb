import AccessCore
import Ledger
import Logging

/// What a holder could have left at its scopes: what they were before, and what of it changed until
/// the end. Nothing is undone here; the receipt says it, and an alarm. No end waits for it.
extension Broker {
  /// What the scopes are now, to be kept until the grant ends; nil for a grant without any. That it
  /// cannot be known keeps nobody out: then the receipt says so.
  func scopesBefore(
    _ id: RequestID, _ grant: Grant, _ created: CreatedRole, _ provisioner: any Provisioner
  ) async -> Document? {
    if grant.scopes.isEmpty { return nil }
    let remembered = Duration.milliseconds(Limits.snapshotRememberedMs)
    let look = await look(
      at: ScopeLooks.Place(access: grant.access, scopes: grant.scopes, before: created.reach),
      on: created.identity.systemIdentifier, begunAfter: .now - remembered, provisioner)
    switch look {
    case .success(let look): return look.document
    case .failure(let error):
      logger.warning(
        "what its scopes were is not known: \(error.message)", metadata: ["request": "\(id)"])
      return nil
    }
  }

  /// For the receipt. That the comparison cannot be made stands there, too: it stops no end.
  func scopeChanges(
    _ id: RequestID, _ grant: Grant, _ provisioner: any Provisioner,
    _ over: ContinuousClock.Instant
  ) async -> [Residue] {
    // Without an identity nobody was ever able to log in.
    guard let before = grant.scopesBefore, let role = grant.identity else { return [] }
    let what = grant.scopes.joined(separator: ", ")
    func unknown(_ why: String) -> [Residue] {
      [
        Residue(
          database: "(all)", kind: "comparison", name: what,
          note: "what changed of the scopes during the grant is not known: \(why)")
      ]
    }
    guard let digest = before.snapshot else { return unknown("nobody could look before") }
    let look = await look(
      at: ScopeLooks.Place(access: grant.access, scopes: grant.scopes, before: before.reach),
      on: role.systemIdentifier, begunAfter: over, provisioner)
    let now: ScopeLook
    switch look {
    case .success(let look): now = look
    case .failure(let error): return unknown(error.message)
    }
    if now.document.digest == digest { return [] }
    // Many grants of one scope end with the same difference: one alarm.
    if let known = await scopeLooks.changes(from: digest, to: now.document.digest) { return known }
    do {
      guard let kept = try await ledger.document(digest), sha256(kept) == digest else {
        return unknown("what they were before was not kept")
      }
      let all = now.snapshot.changes(since: try OwnerSnapshot(decoding: kept), of: "the scope")
      let changes = limited(all, what)
      await scopeLooks.remember(changes, from: digest, to: now.document.digest)
      if let first = all.first { alarm(id, first, more: all.count - 1) }
      return changes
    } catch {
      return unknown("\(error)")
    }
  }

  private func look(
    at place: ScopeLooks.Place, on systemIdentifier: String,
    begunAfter earliest: ContinuousClock.Instant, _ provisioner: any Provisioner
  ) async -> Result<ScopeLook, ProvisioningError> {
    let sha256 = sha256
    return await scopeLooks.look(at: place, begunAfter: earliest) {
      await Result { () async throws(ProvisioningError) in
        let snapshot = try await provisioner.snapshot(
          ofScopes: place.scopes, before: place.before, on: systemIdentifier)
        let bytes = snapshot.encoded
        return ScopeLook(
          snapshot: snapshot, document: Document(digest: sha256(bytes), bytes: bytes))
      }
    }
  }

  private func alarm(_ id: RequestID, _ change: Residue, more: Int) {
    let message = """
      the scopes of \(id) are not what they were when it began: \
      \(change.kind) \(change.name.inert) in \(change.database.inert)\
      \(more > 0 ? " and \(more) more" : ""); `jit show \(id)` has all of it
      """
    logger.critical("\(message)")
    notify(.alarm(message))
  }
}
