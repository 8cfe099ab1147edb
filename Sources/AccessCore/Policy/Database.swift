/// A target, as the policy describes it.
package struct Database: Sendable, Equatable {
  package let name: DatabaseName
  package let uid: DatabaseUID
  package let environment: Environment
  /// Where it is and who the broker is there.
  package let access: DatabaseAccess
  /// What people are told to connect to, where it differs from what the broker uses.
  package let client: Endpoint?
  /// The login that `jit admin apply` uses, where there is one: it acts as owners, which the
  /// broker's own login never does.
  package let applier: AdminLogin?
  package let accept: Set<Danger>

  package init(
    name: DatabaseName, uid: DatabaseUID, environment: Environment, access: DatabaseAccess,
    client: Endpoint? = nil, applier: AdminLogin? = nil, accept: Set<Danger> = []
  ) {
    self.name = name
    self.uid = uid
    self.environment = environment
    self.access = access
    self.client = client
    self.applier = applier
    self.accept = accept
  }
}

package enum Environment: String, Sendable, Codable, CaseIterable {
  case production, staging, testing, development
}

package enum Engine: String, Sendable, Codable, CaseIterable {
  case postgresql
}

package struct Endpoint: Hashable, Sendable, Codable {
  /// A host name, an address, or the directory of a Unix socket.
  package let host: String
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }
}

/// How the broker reaches a database, without any secret: each grant pins a copy of this, so
/// that a later change of the policy cannot keep the grant from being revoked.
package struct DatabaseAccess: Hashable, Sendable, Codable {
  package let engine: Engine
  package let endpoint: Endpoint
  package let dbname: String
  package let sslmode: TLSMode
  /// Path of the certificates that vouch for the server; nil for the system's.
  package let sslrootcert: String?
  package let admin: AdminLogin
  /// Its streaming standbys: people read there, too, and everything else is as on the primary.
  package let replicas: [Endpoint]

  package init(
    engine: Engine, endpoint: Endpoint, dbname: String, sslmode: TLSMode,
    sslrootcert: String? = nil, admin: AdminLogin, replicas: [Endpoint] = []
  ) {
    self.engine = engine
    self.endpoint = endpoint
    self.dbname = dbname
    self.sslmode = sslmode
    self.sslrootcert = sslrootcert
    self.admin = admin
    self.replicas = replicas
  }

  /// The same place by another login.
  package func by(_ login: AdminLogin) -> DatabaseAccess {
    DatabaseAccess(
      engine: engine, endpoint: endpoint, dbname: dbname, sslmode: sslmode,
      sslrootcert: sslrootcert, admin: login, replicas: replicas)
  }
}

/// Which standbys a place has does not make it another one: a policy that lists one more, or one less,
/// is about the same grants.
extension DatabaseAccess {
  package static func == (a: DatabaseAccess, b: DatabaseAccess) -> Bool {
    a.engine == b.engine && a.endpoint == b.endpoint && a.dbname == b.dbname
      && a.sslmode == b.sslmode && a.sslrootcert == b.sslrootcert && a.admin == b.admin
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(endpoint)
    hasher.combine(dbname)
    hasher.combine(admin)
  }
}

extension DatabaseAccess {
  private enum CodingKeys: String, CodingKey {
    case engine, endpoint, dbname, sslmode, sslrootcert, admin, replicas
  }

  /// Entries of before know no standbys, and one without any is written as they are.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      engine: try fields.decode(Engine.self, forKey: .engine),
      endpoint: try fields.decode(Endpoint.self, forKey: .endpoint),
      dbname: try fields.decode(String.self, forKey: .dbname),
      sslmode: try fields.decode(TLSMode.self, forKey: .sslmode),
      sslrootcert: try fields.decodeIfPresent(String.self, forKey: .sslrootcert),
      admin: try fields.decode(AdminLogin.self, forKey: .admin),
      replicas: try fields.decodeIfPresent([Endpoint].self, forKey: .replicas) ?? [])
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(engine, forKey: .engine)
    try fields.encode(endpoint, forKey: .endpoint)
    try fields.encode(dbname, forKey: .dbname)
    try fields.encode(sslmode, forKey: .sslmode)
    try fields.encodeIfPresent(sslrootcert, forKey: .sslrootcert)
    try fields.encode(admin, forKey: .admin)
    if !replicas.isEmpty { try fields.encode(replicas, forKey: .replicas) }
  }
}

/// libpq's `sslmode` (PostgreSQL manual, "SSL Support").
package enum TLSMode: String, Sendable, Codable, CaseIterable {
  case disable, allow, prefer, require
  case verifyCA = "verify-ca"
  case verifyFull = "verify-full"
}

package struct AdminLogin: Hashable, Sendable, Codable {
  package let user: String
  package let proof: Proof

  package init(user: String, proof: Proof) {
    self.user = user
    self.proof = proof
  }

  /// What the broker shows for itself; never the secret, only where it lies.
  package enum Proof: Hashable, Sendable {
    case password(CredentialName)
    /// Paths of a client certificate and its key.
    case certificate(path: String, key: String)
    /// The operating-system user of the daemon, on a Unix socket.
    case peer
  }
}

/// What preflight can find that refuses activation unless the policy accepts it by name.
package enum Danger: String, Sendable, Codable, CaseIterable {
  case createroleIsSuperuser = "createrole-is-superuser"
  case scopeOwnsObjects = "scope-owns-objects"
  case scopeIsDangerous = "scope-is-dangerous"
  case scopeHasGrantOption = "scope-has-grant-option"
  case plainConnection = "plain-connection"
  case actsAsOwner = "acts-as-owner"
  case untestedVersion = "untested-version"
}
