/// A secret of the broker's own, and everywhere it is shown: all of them learn a new one together,
/// because they read it from one file.
package struct SharedCredential: Sendable, Equatable {
  package let credential: CredentialName
  /// Databases on which the broker logs in by it, by name.
  package let databases: [DatabaseName]
  /// Logins that have it as their password, each once.
  package let logins: [DatabaseAccess]
}

extension Policy {
  /// Every secret that is a password of the broker's.
  package var sharedCredentials: [SharedCredential] {
    var sharing: [CredentialName: [Use]] = [:]
    for database in databases.values {
      for login in database.logins {
        if case .password(let name) = login.admin.proof {
          sharing[name, default: []].append(Use(database: database.name, login: login))
        }
      }
    }
    return sharing.map(SharedCredential.init).sorted { $0.credential < $1.credential }
  }

  /// What has to change with the admin password of a database.
  package func rotation(of name: DatabaseName) throws(Refusal) -> SharedCredential {
    let database = try database(name)
    guard
      case .password(let credential) = database.access.admin.proof,
      let shared = sharedCredentials.first(where: { $0.credential == credential })
    else {
      throw Refusal(
        .wrongState, "the broker's login on \(name) has no password",
        hint: "a client certificate is replaced in its file; a peer has no secret")
    }
    return shared
  }
}

/// One login that has a secret as its password.
private struct Use {
  let database: DatabaseName
  let login: DatabaseAccess
}

extension Database {
  /// Everything by which the broker logs in to it.
  fileprivate var logins: [DatabaseAccess] {
    [access] + [applier].compactMap { $0.map(access.by) }
  }
}

extension SharedCredential {
  fileprivate init(_ credential: CredentialName, _ uses: [Use]) {
    let sorted = uses.sorted {
      ($0.database, $0.login.admin.user) < ($1.database, $1.login.admin.user)
    }
    var known: Set<Login> = []
    self.init(
      credential: credential, databases: Set(sorted.map(\.database)).sorted(),
      logins: sorted.map(\.login).filter { known.insert(Login($0)).inserted })
  }

  /// Databases of one server have one login.
  private struct Login: Hashable {
    let endpoint: Endpoint
    let user: String

    init(_ access: DatabaseAccess) {
      (endpoint, user) = (access.endpoint, access.admin.user)
    }
  }
}

extension CredentialRotated {
  package init(_ shared: SharedCredential) {
    self.init(credential: shared.credential, databases: shared.databases)
  }
}
