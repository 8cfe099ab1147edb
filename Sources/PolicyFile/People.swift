import AccessCore

extension DefinedNames {
  func authorities(_ entries: [Entry]) -> [Authority: [Party]] {
    var authorities: [Authority: [Party]] = [:]
    for entry in entries {
      if let authority = Authority(rawValue: entry.key.text) {
        authorities[authority] = parties(entry.value)
      } else {
        reader.unknownKey(entry.key, known: Authority.allCases.map(\.rawValue))
      }
    }
    return authorities
  }

  func signers(_ entries: [Entry]) -> [Principal: [String]] {
    var signers: [Principal: [String]] = [:]
    for entry in entries {
      let keys = reader.list(entry.value, of: "SSH public keys", reader.publicKey)
      if let person = person(entry.key) { signers[person] = keys }
    }
    return signers
  }
}

extension Reader {
  /// A line of `authorized_keys` without options (sshd(8)). Whether the key is sound is judged
  /// by whoever verifies a signature with it.
  fileprivate func publicKey(_ node: Node) -> String? {
    guard let line = line(node, "an SSH public key") else { return nil }
    let words = line.split(separator: " ")
    guard words.count >= 2, keyTypes.contains(String(words[0])), words[1].hasPrefix("AAAA") else {
      // Not shown: it might be a private key.
      error(
        node.place, "is not an SSH public key",
        hint: "Copy the line of the .pub file: ssh-ed25519 AAAA… name.")
      return nil
    }
    return line
  }
}

private let keyTypes: Set<String> = [
  "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521", "sk-ecdsa-sha2-nistp256@openssh.com", "ssh-rsa",
]
