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

extension Residue {
  /// So many more of one kind in one database, which nobody names one by one.
  package static func rest(
    _ count: Int, of kind: String, in database: String, note: String?
  ) -> Residue {
    Residue(database: database, kind: kind, name: "\(restBegins)\(count)\(restEnds)", note: note)
  }

  /// For how many things it stands: 1, but for a rest. No name of a thing looks like a rest's: the
  /// server writes names that begin with a bracket in quotes.
  package var count: Int { restCount ?? 1 }

  fileprivate var restCount: Int? {
    guard name.hasPrefix(Self.restBegins), name.hasSuffix(Self.restEnds) else { return nil }
    return Int(name.dropFirst(Self.restBegins.count).dropLast(Self.restEnds.count))
  }

  /// In an entry, escaped.
  fileprivate var bytesAtMost: Int {
    [database, kind, name, note ?? ""].reduce(64) { sum, text in
      text.utf8.reduce(sum) { $0 + ($1 < 0x20 ? 6 : $1 == 0x22 || $1 == 0x5C ? 2 : 1) }
    }
  }

  private static let restBegins = "(and "
  private static let restEnds = " more)"
}

extension [Residue] {
  /// With what of `found` is news. Of a kind of which only some are named, others that are named the
  /// next time are none: they were counted.
  package func adding(_ found: [Residue]) -> [Residue] {
    var known = Set(self)
    let counted = Set(filter { $0.restCount != nil }.map { [$0.database, $0.kind] })
    return self
      + found.filter { !counted.contains([$0.database, $0.kind]) && known.insert($0).inserted }
  }
}

extension Sequence<Residue> {
  /// As much of it as an entry can name, and of the rest how many: the names are a stranger's, and an
  /// entry has to hold them.
  package var listed: [Residue] {
    var listed: [Residue] = []
    var room = Limits.residueBytesMax
    var unnamed = 0
    for thing in self {
      let bytes = unnamed > 0 || listed.count == Limits.residueListedMax ? .max : thing.bytesAtMost
      if bytes <= room {
        listed.append(thing)
        room -= bytes
      } else {
        unnamed += thing.count
      }
    }
    guard unnamed > 0 else { return listed }
    if let last = listed.popLast() { unnamed += last.count }
    let note = "an entry cannot name more; `jit admin residue` looks at the database itself"
    return listed + [.rest(unnamed, of: "thing", in: "(all)", note: note)]
  }
}
