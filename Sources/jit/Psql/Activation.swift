import AccessAPI

/// Asks for the secret of a grant, and for the grant if it is not active yet.
///
/// A reply that was lost and asked for again with the same key comes without the password, because
/// a replay never returns one. Then a new key gets a new password.
func activate(_ id: String, _ broker: Broker) async throws -> Secret {
  for _ in 1...2 {
    let reply: Reply<CredentialsView> = try await broker.post(Path.request(id, .activate))
    if let password = reply.view.password { return Secret(reply: reply, password: password) }
  }
  throw Failure(
    .internal, "the broker has given no password for \(id)", hint: "try once more")
}

/// Credentials that are complete.
struct Secret {
  let reply: Reply<CredentialsView>
  let password: String

  var credentials: CredentialsView { reply.view }
}
