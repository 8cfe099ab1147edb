/// A secret of the broker's own, and everywhere it is shown: all of them learn a new one together,
/// because they read it from one file.
package struct SharedCredential: Sendable, Equatable {
  package let credential: CredentialName
  /// Databases whose admin login it is for, by name.
  package let databases: [DatabaseName]
  /// Logins that have it as their password, each once.
  package let logins: [DatabaseAccess]
}

extension Policy {
  /// Every secret that is a password of the broker's.
  package var sharedCredentials: [SharedCredential] {
    var sharing: [CredentialName: [Database]] = [:]
    for database in databases.values {
      if case .password(let name) = database.access.admin.proof {
        sharing[name, default: []].append(database)
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

extension SharedCredential {
  fileprivate init(_ credential: CredentialName, _ databases: [Database]) {
    let sorted = databases.sorted { $0.name < $1.name }
    var known: Set<Login> = []
    self.init(
      credential: credential, databases: sorted.map(\.name),
      logins: sorted.map(\.access).filter { known.insert(Login($0)).inserted })
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
