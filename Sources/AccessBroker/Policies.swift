import AccessCore
import Ledger
import Logging
import PolicyFile

extension Broker {
  /// Takes up the policy files, at start. Bad ones leave the last good policy in force for what
  /// needs one (who may see, who may revoke), and no access is given.
  package func loadPolicy() async {
    do {
      try await takeUpFiles()
    } catch {
      let broken = "the policy does not load: \(summary(of: error))"
      logger.critical("\(broken)")
      await recordRefused(error)
      let digest = ledger.state.policy
      policy.set(.init(policy: await lastGood(digest), digest: digest, broken: broken))
      notify(.alarm(broken))
    }
  }

  /// Takes up changed policy files; bad ones are refused and change nothing.
  package func reloadPolicy(by caller: Caller) async throws(Refusal) {
    _ = try await submit(.reloadPolicy, by: caller)
    do { try await takeUpFiles() } catch {
      await recordRefused(error)
      throw Refusal(
        .policyRefused, "the policy is refused: \(summary(of: error))",
        hint: "the policy of before stays in force; `jit policy check` shows every error")
    }
  }

  /// The same on a signal, where nobody waits for an answer.
  package func reloadPolicyOnSignal() async {
    do { try await takeUpFiles() } catch {
      await recordRefused(error)
      logger.error("the policy is refused: \(summary(of: error))")
      notify(.alarm("a changed policy is refused: \(summary(of: error))"))
    }
  }

  /// One after the other: what was read later is in force later.
  private func takeUpFiles() async throws {
    try await policyTurns.take(for: .files) { try await takeUp(policySource.read()) }
  }

  private func takeUp(_ documents: [PolicyDocument]) async throws {
    let parsed = try parsePolicy(documents)
    let encoded = policySource.encode(documents)
    let digest = sha256(encoded)
    let conflicts = parsed.conflicts(with: ledger.state)
    guard conflicts.isEmpty else { throw PolicyConflict(grants: conflicts) }
    let document = Document(digest: digest, bytes: encoded)
    let proposal = Proposal(by: .system, document: document) { state, _ in
      .success(state.policy == digest ? [] : [.policyLoaded(PolicyLoaded(digest: digest))])
    }
    _ = try await ledger.append(proposal).get()
    policy.set(.init(policy: parsed, digest: digest, broken: nil))
    logger.info("policy loaded", metadata: ["digest": "\(digest)"])
    await endDisentitled(parsed)
  }

  /// People who are no longer entitled lose what is live.
  private func endDisentitled(_ policy: Policy) async {
    for request in ledger.state.grants {
      do { _ = try stillEntitled(request.ask, policy) } catch {
        await record(.disentitled(request.id))
      }
    }
    wake.now()
  }

  private func lastGood(_ digest: Digest?) async -> Policy {
    guard let digest else { return Policy() }
    do {
      guard let stored = try await ledger.document(digest), sha256(stored) == digest else {
        logger.error("the last good policy is not in the ledger's file as it was")
        return Policy()
      }
      return try parsePolicy(policySource.decode(stored))
    } catch {
      logger.error("the last good policy cannot be read: \(error)")
      return Policy()
    }
  }

  private func recordRefused(_ error: any Error) async {
    let refused = PolicyRefused(
      digest: nil, errors: max(1, errors(in: error).count),
      first: String(summary(of: error).prefix(1_000)))
    await record(.policyRefused(refused))
  }

  /// What is wrong, without what is only doubtful.
  private func errors(in error: any Error) -> [Diagnostic] {
    (error as? PolicyErrors)?.diagnostics.filter { $0.severity == .error } ?? []
  }

  private func summary(of error: any Error) -> String {
    let errors = errors(in: error)
    guard let first = errors.first else { return "\(error)".inert }
    let more = errors.count - 1
    return "\(first)".inert + (more > 0 ? " (and \(more) more)" : "")
  }
}

/// A policy that would take a database away from under its live grants.
struct PolicyConflict: Error, CustomStringConvertible {
  let grants: [String]

  var description: String {
    "it removes or repoints databases with live grants: \(grants.joined(separator: ", "))"
  }
}

extension Policy {
  /// Live grants whose database is gone or is another one in this policy.
  func conflicts(with state: State) -> [String] {
    state.grants.compactMap { request in
      guard let grant = request.grant else { return nil }
      let database = databases[request.ask.database]
      let same = database?.uid == request.ask.databaseUID && database?.access == grant.access
      return same ? nil : "\(request.ask.database) (\(request.id))"
    }.sorted()
  }
}
