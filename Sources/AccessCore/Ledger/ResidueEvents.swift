/// What a role had left behind when its grant ended, before anything of it was removed.
package struct ResidueFound: Sendable, Equatable, Codable {
  package let residue: [Residue]

  package init(residue: [Residue]) { self.residue = residue }
}

/// Somebody decided what becomes of the data that a role left behind. It holds for later finds of
/// the same grant, too.
package struct ResidueDecided: Sendable, Equatable {
  package let fate: ResidueFate

  package init(fate: ResidueFate) { self.fate = fate }
}

/// Somebody answers for it that the end of a grant is not waited for any more. Its role stays ours:
/// whoever looks for roles without a grant finds it.
package struct GrantForgotten: Sendable, Equatable, Codable {
  package let why: Commitment

  package init(why: Commitment) { self.why = why }
}

/// As entries have it: `{"decision":"drop"}`, `{"decision":"give","to":"app_owner"}`.
extension ResidueFate: Codable {
  private enum Decision: String, Codable {
    case keep, drop, give
  }

  private enum CodingKeys: String, CodingKey {
    case decision, to
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Decision.self, forKey: .decision) {
    case .keep: self = .keep
    case .drop: self = .drop
    case .give: self = .give(to: try container.decode(String.self, forKey: .to))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .keep: try container.encode(Decision.keep, forKey: .decision)
    case .drop: try container.encode(Decision.drop, forKey: .decision)
    case .give(let role):
      try container.encode(Decision.give, forKey: .decision)
      try container.encode(role, forKey: .to)
    }
  }
}

extension Sequence<Residue> {
  /// As much of it as an entry can name: the names are a stranger's, and an entry has to hold them.
  package var listed: [Residue] {
    var listed: [Residue] = []
    var room = Limits.residueBytesMax
    for thing in self {
      room -= thing.bytesAtMost
      if room < 0 || listed.count == Limits.residueListedMax { break }
      listed.append(thing)
    }
    return listed
  }
}

extension Residue {
  /// In an entry, escaped.
  fileprivate var bytesAtMost: Int {
    [database, kind, name, note ?? ""].reduce(64) { sum, text in
      text.utf8.reduce(sum) { $0 + ($1 < 0x20 ? 6 : $1 == 0x22 || $1 == 0x5C ? 2 : 1) }
    }
  }
}
