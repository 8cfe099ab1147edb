import AccessCore
import PostgresClient

extension PostgresProvisioner {
  package func rotate(to secret: Secret) async throws(ProvisioningError) {
    let verifier = try FreshSecret(of: secret).verifier
    let server = try await admins.run(.looking) { connection in
      // A standby that does not know it would lock us out once it takes over.
      _ = try connection.pipeline([
        .waitForStandbys, Statement(ownPassword(try connection.quoted(literal: verifier.text))),
      ])
    }.systemIdentifier
    failpoint(.adminPasswordChanged)
    // Connections that are open go on; a password counts only when one is opened.
    try await admins.prove(secret, on: server)
  }
}

/// A role may set its own password on every version. What the server gets cannot be turned back
/// into it.
///
/// - Parameter verifier: as it stands in SQL, with its quotes.
private func ownPassword(_ verifier: String) -> String {
  """
  ALTER ROLE CURRENT_USER PASSWORD \(verifier)
  """
}
