/// The one seam between the broker and a database engine: roles for grants, made and unmade on
/// one server with one admin login.
///
/// Every operation may be repeated and may be cut off anywhere. The broker never calls two of
/// them for one role at the same time.
package protocol Provisioner: Preflighting, ScopeKeeping, OwnerWatching, ScopeWatching,
  TableWatching
{
  /// The exact statements that `create` and `enableLogin` will run, the verifier of the secret
  /// left out.
  func preview(_ plan: RolePlan) async throws(ProvisioningError) -> [String]

  /// Makes the role without LOGIN, in one transaction. Nothing can log in as it yet.
  /// If it throws, the role may exist or not.
  func create(_ plan: RolePlan) async throws(ProvisioningError) -> CreatedRole

  /// Switches LOGIN on: the last step of an activation.
  func enableLogin(_ role: RoleIdentity) async throws(ProvisioningError)

  /// Gives the role a new password and makes sure that LOGIN is on; sessions stay.
  func reissue(_ role: RoleIdentity) async throws(ProvisioningError) -> Secret

  /// Lets the role's logins go on until then; sessions stay. Never for a role whose end has begun.
  func extend(_ role: RoleIdentity, until: Timestamp) async throws(ProvisioningError)

  /// Fences the role, ends its sessions, removes it and checks that nothing is left.
  func revoke(_ target: RevocationTarget) async -> Revocation

  /// The same for many roles at once, as far as that goes smoothly; answers in the order of the
  /// targets.
  ///
  /// It is over soon. What it could not end, but could reach, wants a `revoke` of its own: nothing
  /// was held up for it, and not everything was tried.
  func revokeTogether(_ targets: [RevocationTarget]) async -> [Revocation]

  /// What the role has left behind, as the server has it now. It changes nothing, and may be asked
  /// at any time.
  func residue(of target: RevocationTarget) async throws(ProvisioningError) -> [Residue]

  /// Whether there is such a role, and it is one that may come to own what another left behind:
  /// not one of a grant's, nor one of the server's own.
  func canInherit(_ role: String) async throws(ProvisioningError) -> Bool

  /// Every role in the server that carries our marker and our origin's tag, and in what the expected
  /// ones are not as they were made. It changes nothing.
  func census(expecting expected: [ExpectedRole]) async throws(ProvisioningError) -> Census

  /// Gives the broker's own login a new password, and then shows that it is let in by it.
  /// If it throws, the server may know the one or the other.
  func rotate(to secret: Secret) async throws(ProvisioningError)

  /// Which standbys follow the server, from now on: sessions there end and are looked for as well.
  func look(atStandbys replicas: [Endpoint]) async

  /// Closes the connections; an operation under way ends with an error.
  func close() async
}

extension Provisioner {
  package func look(atStandbys replicas: [Endpoint]) async {}
}

/// A role to be made.
package struct RolePlan: Sendable, Equatable {
  /// As `grantRoleName` makes it: never used before, never used again.
  package let name: String
  /// NOLOGIN roles of the server whose privileges it gets.
  package let scopes: [String]
  /// The owner as whom its sessions work, so that what they make is the owner's.
  package let actsAs: String?
  package let expiresAt: Timestamp
  package let sessions: Int
  /// Dangers of server and scopes that the policy accepts.
  package let accept: Set<Danger>

  package init(
    name: String, scopes: [String], actsAs: String? = nil, expiresAt: Timestamp, sessions: Int,
    accept: Set<Danger> = []
  ) {
    self.name = name
    self.scopes = scopes
    self.actsAs = actsAs
    self.expiresAt = expiresAt
    self.sessions = sessions
    self.accept = accept
  }
}

/// What tells a role from every other one of any server and time.
package struct RoleIdentity: Hashable, Sendable, Codable {
  package let name: String
  /// The server's own number for the role; it stays visible when the name is gone.
  package let oid: UInt32
  /// Which server: PostgreSQL's `system_identifier`, made by initdb.
  package let systemIdentifier: String

  package init(name: String, oid: UInt32, systemIdentifier: String) {
    self.name = name
    self.oid = oid
    self.systemIdentifier = systemIdentifier
  }

  private enum CodingKeys: String, CodingKey {
    case name, oid
    case systemIdentifier = "system_identifier"
  }
}

package struct CreatedRole: Sendable {
  package let identity: RoleIdentity
  package let secret: Secret
  /// The roles that its scopes led to, themselves left out.
  package let reach: [String]

  package init(identity: RoleIdentity, secret: Secret, reach: [String] = []) {
    self.identity = identity
    self.secret = secret
    self.reach = reach
  }
}

/// A password on its way to the one person it is for. It cannot be encoded, and printing it
/// prints nothing.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let password: String

  package init(_ password: String) { self.password = password }

  /// The password itself. Its only places are the wire to the database (as a verifier) and the
  /// reply to the requester.
  package func reveal() -> String { password }

  package var description: String { "(secret)" }
  package var debugDescription: String { "(secret)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

package struct RevocationTarget: Sendable, Equatable {
  package let name: String
  /// Nil when the broker died before it knew: then name and tag decide.
  package let identity: RoleIdentity?
  package let scopes: [String]
  /// The roles that the scopes led to when the grant began. What others they lead to by now own,
  /// they may have owned for ever.
  package var reach: [String] = []
  /// The scopes own things of their own, by the policy: then what they own says nothing about the
  /// role.
  package var scopesOwn: Bool
  package var residue: ResidueFate
  /// Stop before anything is removed that the role left behind: the ledger is to know of it first.
  package var onlyLooks = false

  package init(
    name: String, identity: RoleIdentity?, scopes: [String], scopesOwn: Bool = false,
    residue: ResidueFate = .keep
  ) {
    self.name = name
    self.identity = identity
    self.scopes = scopes
    self.scopesOwn = scopesOwn
    self.residue = residue
  }
}

/// What becomes of things that hold data and are still owned by a role when its grant ends.
package enum ResidueFate: Hashable, Sendable {
  /// They stay the role's, and the role stays for them, fenced.
  case keep
  case drop
  /// Tables, sequences and materialized views that carry no code get this role as their owner.
  case give(to: String)
}

/// What one attempt at a revocation achieved.
package struct Revocation: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    /// Nothing is left, and that was looked at.
    case ended
    case stuck(StuckCause, note: String)
  }

  package let outcome: Outcome
  /// LOGIN is off and that was observed.
  package let fenced: Bool
  /// Milliseconds from the start of this attempt until the fence and zero sessions had been
  /// observed; nil when they were not.
  package let sessionsGoneAfterMs: Int64?
  package let sessionsEnded: Int
  package let preparedRolledBack: Int
  package let objectsDropped: Int
  /// What is left now.
  package let residue: [Residue]
  /// What the role had left behind before anything of it was removed.
  package let found: [Residue]

  package init(
    outcome: Outcome, fenced: Bool, sessionsGoneAfterMs: Int64?, sessionsEnded: Int = 0,
    preparedRolledBack: Int = 0, objectsDropped: Int = 0, residue: [Residue] = [],
    found: [Residue] = []
  ) {
    self.outcome = outcome
    self.fenced = fenced
    self.sessionsGoneAfterMs = sessionsGoneAfterMs
    self.sessionsEnded = sessionsEnded
    self.preparedRolledBack = preparedRolledBack
    self.objectsDropped = objectsDropped
    self.residue = residue
    self.found = found
  }
}

extension Revocation {
  /// The same with more that was left behind.
  package func adding(_ residue: [Residue]) -> Revocation {
    Revocation(
      outcome: outcome, fenced: fenced, sessionsGoneAfterMs: sessionsGoneAfterMs,
      sessionsEnded: sessionsEnded, preparedRolledBack: preparedRolledBack,
      objectsDropped: objectsDropped, residue: self.residue + residue, found: found)
  }
}

/// Why a grant that has to end has not ended yet.
package enum StuckCause: String, Sendable, Codable {
  /// The server that the role is on did not answer.
  case unreachable
  /// Somebody else holds what would have to be changed.
  case locked
  /// The server answered, and said no.
  case refused
  /// Something that the role left behind hangs on it.
  case residue
  /// The server lacks locks, memory or disk to remove what the role left behind.
  case exhausted
}

/// Something that a role left behind, in words that a reviewer understands.
package struct Residue: Hashable, Sendable, Codable {
  package let database: String
  package let kind: String
  package let name: String
  package let note: String?

  package init(database: String, kind: String, name: String, note: String?) {
    self.database = database
    self.kind = kind
    self.name = name
    self.note = note
  }
}

package struct ProvisioningError: Error, Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The server could not be reached, or the connection broke: the effect is unknown.
    case unreachable
    /// The server, or a check of ours, said no.
    case refused
    /// Somebody else was in the way for longer than one waits.
    case locked
    /// The end of the role has begun: it can only be revoked.
    case fenced
    /// Something that the policy has to accept by name.
    case dangerous
  }

  package let kind: Kind
  /// For people; never holds a secret.
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
