import AccessCore
import Ledger
import Logging

/// What the role of a grant has left behind, as the database has it now.
package struct ResidueReport: Sendable {
  package let request: Request
  package let grant: Grant
  package let residue: [Residue]
}

extension Broker {
  /// Looks at it again, and changes nothing.
  package func residue(
    of id: RequestID, by caller: Caller
  ) async throws(Refusal) -> ResidueReport {
    let (request, grant) = try await seen(id, by: caller)
    let provisioner = await provisioners.provisioner(for: grant.access)
    do {
      let residue = try await provisioner.residue(of: grant.revocationTarget)
      return ResidueReport(request: request, grant: grant, residue: residue)
    } catch {
      throw Refusal(
        error, "\(request.ask.database) could not be looked at",
        hint: "`jit show \(id)` has what was seen last", on: request.ask.database)
    }
  }

  /// Somebody's word on what becomes of it: first in the ledger, and then the revocation goes on,
  /// for which this waits a while.
  package func decideResidue(
    of id: RequestID, _ fate: ResidueFate, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    if case .give(let heir) = fate { try await expectHeir(heir, of: id, by: caller) }
    _ = try await submit(.decideResidue(id, fate), by: caller, idempotency: idempotency)
    await withoutWaitingLong(atMost: 5_000) {
      await self.turns.take(for: id) { _ = await self.revokeInTurn(id) }
    }
    wake.now()
    return try await stored(id)
  }

  /// Waits no longer for the end of a stuck grant. Its role stays ours: whoever looks for roles
  /// without a live grant finds it.
  package func forget(
    _ id: RequestID, why: String?, by caller: Caller, idempotency: IdempotencyKey?
  ) async throws(Refusal) -> Request {
    let why = written(why)
    let outcome = try await submit(
      .forget(id, why: why), by: caller, written: [why].compactMap { $0 },
      idempotency: idempotency)
    let request = try await stored(id)
    if !outcome.events.isEmpty {
      let message = "\(caller.principal) has forgotten \(id): its role may still be there"
      logger.critical("\(message)")
      notify(.alarm(message))
    }
    return request
  }

  /// A name that was mistyped would be in the ledger for ever.
  private func expectHeir(
    _ heir: String, of id: RequestID, by caller: Caller
  ) async throws(Refusal) {
    let (request, grant) = try await seen(id, by: caller)
    let provisioner = await provisioners.provisioner(for: grant.access)
    let canInherit: Bool
    do { canInherit = try await provisioner.canInherit(heir) } catch {
      throw Refusal(
        error, "\(request.ask.database) could not be looked at", hint: "try again",
        on: request.ask.database)
    }
    guard canInherit else {
      throw Refusal(
        .unknownRole,
        "\(request.ask.database) has no role “\(heir.prefix(80).inert)” that could own it",
        hint: "roles of grants and of the server itself cannot")
    }
  }

  private func seen(
    _ id: RequestID, by caller: Caller
  ) async throws(Refusal) -> (Request, Grant) {
    _ = try await submit(.lookAtResidue(id), by: caller)
    let request = try await stored(id)
    guard let grant = request.grant else { throw Refusal.unknownRequest(id.text) }
    return (request, grant)
  }
}
