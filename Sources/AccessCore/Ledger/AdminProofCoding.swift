/// As entries have it: `{"password":"credential:NAME"}`, `{"certificate":"PATH","key":"PATH"}` or
/// `{"peer":true}`, like the policy.
extension AdminLogin.Proof: Codable {
  private enum CodingKeys: String, CodingKey {
    case password, certificate, key, peer
  }

  private static let prefix = "credential:"

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let text = try container.decodeIfPresent(String.self, forKey: .password) {
      guard text.hasPrefix(Self.prefix),
        let name = CredentialName(String(text.dropFirst(Self.prefix.count)))
      else { throw decoder.invalid("not the name of a credential") }
      self = .password(name)
    } else if let path = try container.decodeIfPresent(String.self, forKey: .certificate) {
      self = .certificate(path: path, key: try container.decode(String.self, forKey: .key))
    } else {
      guard try container.decode(Bool.self, forKey: .peer) else {
        throw decoder.invalid("no proof")
      }
      self = .peer
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .password(let name): try container.encode(Self.prefix + name.text, forKey: .password)
    case .certificate(let path, let key):
      try container.encode(path, forKey: .certificate)
      try container.encode(key, forKey: .key)
    case .peer: try container.encode(true, forKey: .peer)
    }
  }
}
