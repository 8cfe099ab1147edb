import AccessCore

/// A server in memory: which roles it has and what was asked of it in which order.
///
/// `RecordingProvisionerTrouble.swift` has the trouble that a test can make it give.
package actor RecordingProvisioner: Provisioner {
  package enum Operation: Hashable, Sendable {
    case preview, create, enableLogin, reissue, extend, revoke, census, preflight, rotate
    case plan, makeRoles, changePrivileges, snapshot, residue, canInherit, tableAccess
  }

  /// One operation that was begun; a census is about no role, and its name is empty.
  package struct Call: Hashable, Sendable {
    package let operation: Operation
    package let role: String

    package init(_ operation: Operation, _ role: String = "") {
      self.operation = operation
      self.role = role
    }
  }

  package struct Role: Sendable {
    package let identity: RoleIdentity
    package var login = false
    package var isFenced = false
    package var isEarlier = false
    /// Every password that it had, the newest last.
    package var passwords: [String] = []
    package var sessions = 0
    /// Until when it may log in; nil when nobody has moved that.
    package var expiresAt: Timestamp?
  }

  package nonisolated let systemIdentifier: String
  package private(set) var roles: [String: Role] = [:]
  package private(set) var calls: [Call] = []
  /// How many operations of a kind ran at the same time at most.
  package private(set) var mostAtOnce: [Operation: Int] = [:]
  /// The roles of each batch that was to be revoked together.
  package private(set) var batches: [[String]] = []
  /// Everything that was to be revoked, in the order in which it was asked for.
  package private(set) var targets: [RevocationTarget] = []
  package private(set) var isClosed = false
  /// Every secret that the broker's own login was given, the newest last.
  package private(set) var adminSecrets: [Secret] = []
  var drifting: [String: [Drift]] = [:]
  var strangers: [RoleIdentity: [Drift]] = [:]
  var trouble = Trouble()
  var nextPlan: ScopePlan?
  var belongings: [OwnerSnapshot.Item] = []
  var standing: [OwnerSnapshot.Item] = []
  var scopeTrouble: ProvisioningError?
  package var scopeLooks = 0

  private let onCall: @Sendable (Call) async -> Void
  private var running: [Operation: Int] = [:]

  /// - Parameter onCall: runs at the beginning of each operation, before it takes effect.
  package init(
    systemIdentifier: String = "7300000000000000001",
    onCall: @escaping @Sendable (Call) async -> Void = { _ in }
  ) {
    self.systemIdentifier = systemIdentifier
    self.onCall = onCall
  }

  /// Puts a role there that no broker made, or that one made and forgot.
  ///
  /// - Parameter isEarlier: in an earlier epoch of the ledger.
  @discardableResult
  package func plant(
    _ name: String, sessions: Int = 0, isEarlier: Bool = false
  ) -> RoleIdentity {
    let identity = RoleIdentity(
      name: name, oid: 16_384 + UInt32(calls.count + roles.count),
      systemIdentifier: systemIdentifier)
    roles[name] = Role(identity: identity, isEarlier: isEarlier, sessions: sessions)
    return identity
  }

  /// Puts a role there that another server had.
  package func plant(like role: RoleIdentity) { roles[role.name] = Role(identity: role) }

  /// The end of the role begins, and nobody is told.
  package func fence(_ name: String) {
    roles[name]?.login = false
    roles[name]?.isFenced = true
  }

  /// Somebody changes the role; nothing undoes it.
  package func change(_ name: String, _ drift: [Drift]) { drifting[name] = drift }

  /// Somebody removes the role by hand.
  package func drop(_ name: String) { roles[name] = nil }

  /// Somebody else has a role that looks like ours, or has it no longer.
  package func setStrangers(_ roles: [RoleIdentity: [Drift]]) { strangers = roles }

  private func drift(of roles: [RoleIdentity]) -> [RoleIdentity: [Drift]] {
    roles.reduce(into: [:]) { drift, role in
      let isThere = self.roles[role.name]?.identity == role
      drift[role] = isThere ? drifting[role.name] : [Drift(.missing, "it is gone")]
    }
  }

  /// Somebody logs in, as often as it says.
  package func connect(_ name: String, sessions: Int) { roles[name]?.sessions += sessions }

  /// What it was asked to do; a census asks, and changes nothing.
  package var acts: [Call] { calls.filter { $0.operation != .census } }

  package func calls(_ operation: Operation) -> [Call] {
    calls.filter { $0.operation == operation }
  }

  package func preview(_ plan: RolePlan) async throws(ProvisioningError) -> [String] {
    try await run(Call(.preview, plan.name)) { _ in }
    return ["CREATE ROLE \(plan.name) NOLOGIN"]
  }

  package func create(_ plan: RolePlan) async throws(ProvisioningError) -> CreatedRole {
    let password = newPassword()
    try await run(Call(.create, plan.name)) { server in
      server.plant(plan.name)
      server.roles[plan.name]?.passwords = [password]
    }
    guard let role = roles[plan.name] else {
      throw ProvisioningError(.refused, "\(plan.name) was removed while it was made")
    }
    return CreatedRole(identity: role.identity, secret: Secret(password))
  }

  package func enableLogin(_ role: RoleIdentity) async throws(ProvisioningError) {
    try await run(Call(.enableLogin, role.name)) { $0.roles[role.name]?.login = true }
  }

  package func reissue(_ role: RoleIdentity) async throws(ProvisioningError) -> Secret {
    let password = newPassword()
    if roles[role.name]?.isFenced == true {
      throw ProvisioningError(.fenced, "the end of \(role.name) has begun")
    }
    try await run(Call(.reissue, role.name)) { server in
      server.roles[role.name]?.passwords.append(password)
      server.roles[role.name]?.login = true
    }
    return Secret(password)
  }

  package func extend(
    _ role: RoleIdentity, until: Timestamp
  ) async throws(ProvisioningError) {
    if roles[role.name]?.isFenced == true {
      throw ProvisioningError(.fenced, "the end of \(role.name) has begun")
    }
    try await run(Call(.extend, role.name)) { $0.roles[role.name]?.expiresAt = until }
  }

  package func rotate(to secret: Secret) async throws(ProvisioningError) {
    try await run(Call(.rotate)) { $0.adminSecrets.append(secret) }
  }

  package func revoke(_ target: RevocationTarget) async -> Revocation {
    targets.append(target)
    do { try await run(Call(.revoke, target.name)) { _ in } } catch {
      return Revocation(
        outcome: .stuck(.unreachable, note: error.message), fenced: false,
        sessionsGoneAfterMs: nil)
    }
    if let obstructed = trouble.nextRevocation() { return obstructed }
    let sessions = roles.removeValue(forKey: target.name)?.sessions ?? 0
    return Revocation(
      outcome: .ended, fenced: true, sessionsGoneAfterMs: 5, sessionsEnded: sessions)
  }

  package func revokeTogether(_ targets: [RevocationTarget]) async -> [Revocation] {
    batches.append(targets.map(\.name))
    let revocations = targets.map { target in Task { await self.revoke(target) } }
    var results: [Revocation] = []
    for revocation in revocations { results.append(await revocation.value) }
    return results
  }

  /// What the last revocation is to have found, if it was obstructed.
  package func residue(
    of target: RevocationTarget
  ) async throws(ProvisioningError) -> [Residue] {
    try await look(.residue)
    return trouble.obstruction?.answer.residue ?? []
  }

  package func canInherit(_ role: String) async throws(ProvisioningError) -> Bool {
    try await look(.canInherit)
    return role.hasSuffix("_owner")
  }

  package func census(
    expecting expected: [ExpectedRole]
  ) async throws(ProvisioningError) -> Census {
    var found: [Role] = []
    var drift: [RoleIdentity: [Drift]] = [:]
    // The answer is what the server had when it was asked, however long it takes to arrive.
    try await run(
      Call(.census),
      look: { server in
        found = Array(server.roles.values)
        drift = server.drift(of: expected.map(\.identity))
      }, effect: { _ in })
    return Census(
      systemIdentifier: systemIdentifier,
      roles: found.map(\.identity).sorted { $0.name < $1.name },
      fenced: Set(found.filter(\.isFenced).map(\.identity)),
      earlier: Set(found.filter(\.isEarlier).map(\.identity)), drift: drift,
      strangers: strangers)
  }

  package func close() async { isClosed = true }

  /// An operation that changes nothing.
  func look(_ operation: Operation) async throws(ProvisioningError) {
    try await run(Call(operation)) { _ in }
  }

  private func run(
    _ call: Call, look: (isolated RecordingProvisioner) -> Void = { _ in },
    effect: (isolated RecordingProvisioner) -> Void
  ) async throws(ProvisioningError) {
    calls.append(call)
    let now = running[call.operation, default: 0] + 1
    running[call.operation] = now
    mostAtOnce[call.operation] = max(now, mostAtOnce[call.operation, default: 0])
    defer { running[call.operation, default: 1] -= 1 }
    await onCall(call)
    look(self)
    await waitWhileHanging(call.operation)
    let failure = trouble.nextFailure(of: call.operation)
    if failure?.takesEffect ?? true { effect(self) }
    if let failure { throw failure.error }
  }

  private func newPassword() -> String { "password-\(calls.count)" }
}
