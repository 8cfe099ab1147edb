import AccessCore
import SSHSignature

/// Whose key signed the message in the namespace of reviews, by OpenSSH's format.
let reviewSigner: SignerFunction = { armored, message in
  guard let signature = SSHSignature(armored: armored),
    signature.isOf(message, namespace: ReviewStatement.namespace)
  else { return nil }
  return SSHKey(signature.keyText)
}
