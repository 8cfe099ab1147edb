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

  func signers(_ entries: [Entry]) -> [Principal: [SSHKey]] {
    var signers: [Principal: [SSHKey]] = [:]
    for entry in entries {
      let keys = reader.list(entry.value, of: "SSH public keys", reader.publicKey)
      if let person = person(entry.key) { signers[person] = keys }
    }
    return signers
  }
}

extension Reader {
  /// A line of a `.pub` file.
  fileprivate func publicKey(_ node: Node) -> SSHKey? {
    guard let line = line(node, "an SSH public key") else { return nil }
    if let key = SSHKey(line) { return key }
    // Not shown: it might be a private key.
    let words = line.split(separator: " ")
    let isOther = words.count >= 2 && words[0] != "ssh-ed25519" && words[1].hasPrefix("AAAA")
    error(
      node.place,
      isOther ? "is a key of a type that signs no reviews" : "is not an SSH public key",
      hint: isOther
        ? "Use an Ed25519 key: ssh-keygen -t ed25519."
        : "Copy the line of the .pub file: ssh-ed25519 AAAA… name.")
    return nil
  }
}
