import AccessCore

extension Reader {
  func adminLogin(_ entry: Entry, _ connection: Connection?) -> AdminLogin? {
    let known = ["user", "password", "certificate", "key", "peer"]
    guard let fields = fields(entry, known: known) else { return nil }
    let user = required("user", in: fields)
      .flatMap { serverName($0.value, "the name of a role in the server") }
    let proof = self.proof(fields)
    guard let user, let proof else { return nil }
    refuseUnusable(proof, entry.key.place, connection)
    return AdminLogin(user: user, proof: proof)
  }

  /// The login of `jit admin apply`. It acts as owners, so whoever steals the broker's own login
  /// must not have it as well.
  func applier(_ entry: Entry, _ admin: AdminLogin?, _ connection: Connection?) -> AdminLogin? {
    guard let applier = adminLogin(entry, connection) else { return nil }
    if let admin, admin.user == applier.user {
      error(
        entry.key.place, "apply is the same login as admin",
        hint: "Make another one, or leave it out and run what `jit admin plan` prints by hand.")
      return nil
    }
    if case .password = applier.proof, let admin, admin.proof == applier.proof {
      error(
        entry.key.place, "apply has the same credential as admin",
        hint: "Give it a secret of its own: `jit admin rotate` changes the other one.")
      return nil
    }
    return applier
  }

  private func proof(_ fields: Fields) -> AdminLogin.Proof? {
    let certificate = fields["certificate"] ?? fields["key"]
    guard [fields["password"], certificate, fields["peer"]].count(where: { $0 != nil }) == 1 else {
      error(
        fields.owner, "expected exactly one of password, certificate with key, or peer",
        hint: "Write one of: password: \"credential:NAME\" · certificate and key · peer: true.")
      return nil
    }
    if let password = fields["password"] { return credential(password.value).map { .password($0) } }
    if let peer = fields["peer"] { return isTrue(peer.value) ? .peer : nil }
    let path = required("certificate", in: fields).flatMap { absolutePath($0.value) }
    let key = required("key", in: fields).flatMap { absolutePath($0.value) }
    guard let path, let key else { return nil }
    return .certificate(path: path, key: key)
  }

  /// No message shows what stands here: it may be a password.
  private func credential(_ node: Node) -> CredentialName? {
    let prefix = "credential:"
    guard let text = text(node, "\"credential:NAME\"") else { return nil }
    guard text.hasPrefix(prefix) else {
      error(
        node.place, "a password must not stand in a policy",
        hint: "Put it into a file of the credentials directory and write \"credential:NAME\".")
      return nil
    }
    guard let name = CredentialName(String(text.dropFirst(prefix.count))) else {
      error(node.place, "is not a credential name", hint: CredentialKind.rule)
      return nil
    }
    return name
  }

  private func isTrue(_ node: Node) -> Bool {
    guard let value = boolean(node) else { return false }
    if !value { error(node.place, "peer is true or left out") }
    return value
  }

  private func refuseUnusable(
    _ proof: AdminLogin.Proof, _ place: Place, _ connection: Connection?
  ) {
    guard let connection else { return }
    switch proof {
    case .password: break
    case .peer where !connection.endpoint.isSocket:
      error(
        place, "peer works over a Unix socket only",
        hint: "Give the socket's directory as host, or use another proof.")
    case .peer: break
    case .certificate where connection.endpoint.isSocket || connection.sslmode == .disable:
      error(
        place, "a client certificate needs TLS, which this connection does not use",
        hint: "Change host or sslmode, or use another proof.")
    case .certificate: break
    }
  }
}
