/// `POST /v1/requests/{id}/activate`: the one place where a password leaves the broker.
package struct CredentialsView: Codable, Sendable, Equatable {
  package var id: String
  package var host: String
  package var port: Int
  package var dbname: String
  package var user: String
  /// Null in the reply to a repeated `Idempotency-Key`: a replay never returns a secret.
  @Nullable package var password: String?
  package var sslmode: String
  package var expiresAt: String
  /// A libpq connection URI with the password in it; null when the password is.
  @Nullable package var uri: String?

  package init(
    id: String, host: String, port: Int, dbname: String, user: String, password: String?,
    sslmode: String, expiresAt: String, uri: String?
  ) {
    self.id = id
    self.host = host
    self.port = port
    self.dbname = dbname
    self.user = user
    self.password = password
    self.sslmode = sslmode
    self.expiresAt = expiresAt
    self.uri = uri
  }

  enum CodingKeys: String, CodingKey {
    case id, host, port, dbname, user, password, sslmode, uri
    case expiresAt = "expires_at"
  }
}

/// `POST /v1/tokens` (with the token, once) and `GET /v1/tokens` (where `token` is null).
package struct TokenView: Codable, Sendable, Equatable {
  package var id: String
  @Nullable package var token: String?
  package var user: String
  package var expiresAt: String

  package init(id: String, token: String?, user: String, expiresAt: String) {
    self.id = id
    self.token = token
    self.user = user
    self.expiresAt = expiresAt
  }

  enum CodingKeys: String, CodingKey {
    case id, token, user
    case expiresAt = "expires_at"
  }
}

/// `GET /v1/whoami`
package struct WhoamiView: Codable, Sendable, Equatable {
  package var principal: String
  /// `peer`, `token` or `admin`.
  package var method: String
  package var groups: [String]
  /// `audit`, `revoke`, `operate`
  package var authorities: [String]

  package init(principal: String, method: String, groups: [String], authorities: [String]) {
    self.principal = principal
    self.method = method
    self.groups = groups
    self.authorities = authorities
  }
}

/// `GET /v1/databases`: what the caller may ask for.
package struct DatabaseView: Codable, Sendable, Equatable {
  package struct RoleOffer: Codable, Sendable, Equatable {
    package var role: String
    package var entitlement: String
    package var maxDuration: String
    package var needs: [NeedView]
    /// Whether the role can change data.
    package var writes: Bool
    /// Whether it is for emergencies: what it needs is needed afterwards.
    package var breakGlass: Bool

    package init(
      role: String, entitlement: String, maxDuration: String, needs: [NeedView], writes: Bool,
      breakGlass: Bool = false
    ) {
      self.role = role
      self.entitlement = entitlement
      self.maxDuration = maxDuration
      self.needs = needs
      self.writes = writes
      self.breakGlass = breakGlass
    }

    enum CodingKeys: String, CodingKey {
      case role, entitlement, needs, writes
      case maxDuration = "max_duration"
      case breakGlass = "break_glass"
    }
  }

  package var name: String
  package var uid: String
  package var environment: String
  package var engine: String
  package var roles: [RoleOffer]

  package init(
    name: String, uid: String, environment: String, engine: String, roles: [RoleOffer]
  ) {
    self.name = name
    self.uid = uid
    self.environment = environment
    self.engine = engine
    self.roles = roles
  }
}

/// `GET /v1/policy` and `POST /v1/policy/reload`
package struct PolicyView: Codable, Sendable, Equatable {
  /// SHA-256 of the policy in force.
  @Nullable package var digest: String?
  /// Null, or why no access is given now.
  @Nullable package var issuingStopped: String?

  package init(digest: String?, issuingStopped: String?) {
    self.digest = digest
    self.issuingStopped = issuingStopped
  }

  enum CodingKeys: String, CodingKey {
    case digest
    case issuingStopped = "issuing_stopped"
  }
}

/// `GET /v1/audit/checkpoint`
package struct CheckpointView: Codable, Sendable, Equatable {
  /// The newest checkpoint, a signed note (C2SP tlog-checkpoint).
  package var checkpoint: String
  /// How many entries it is of.
  package var size: Int64
  /// The key that signs checkpoints, in vkey form.
  package var verifierKey: String

  package init(checkpoint: String, size: Int64, verifierKey: String) {
    self.checkpoint = checkpoint
    self.size = size
    self.verifierKey = verifierKey
  }

  enum CodingKeys: String, CodingKey {
    case checkpoint, size
    case verifierKey = "verifier_key"
  }
}

/// `GET /v1/audit/proof`: of inclusion (RFC 9162 §2.1.3) or of consistency (§2.1.4).
package struct ProofView: Codable, Sendable, Equatable {
  /// Hashes in base64.
  package var path: [String]

  package init(path: [String]) { self.path = path }
}
