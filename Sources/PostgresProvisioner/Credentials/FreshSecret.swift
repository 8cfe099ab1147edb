import AccessCore

/// A new password in its two forms: one for the person, one for the server.
struct FreshSecret: Sendable {
  let secret: Secret
  let verifier: ScramVerifier

  init() throws(ProvisioningError) {
    var generator = SystemRandomNumberGenerator()
    let password = Password.random(using: &generator)
    let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    do {
      verifier = try ScramVerifier(password: password, salt: salt)
    } catch {
      throw ProvisioningError(
        .refused, "the cryptographic library could not make a password verifier: \(error)")
    }
    secret = Secret(password.text)
  }
}
