import AccessCore

/// A new secret in its two forms: one for the person, one for the server.
struct FreshSecret: Sendable {
  let secret: Secret
  let verifier: ScramVerifier

  init() throws(ProvisioningError) {
    var generator = SystemRandomNumberGenerator()
    try self.init(of: Secret(Password.random(using: &generator).text))
  }

  init(of secret: Secret) throws(ProvisioningError) {
    var generator = SystemRandomNumberGenerator()
    let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    do {
      verifier = try ScramVerifier(password: Password(text: secret.reveal()), salt: salt)
    } catch {
      throw ProvisioningError(
        .refused, "the cryptographic library could not make a password verifier: \(error)")
    }
    self.secret = secret
  }
}
