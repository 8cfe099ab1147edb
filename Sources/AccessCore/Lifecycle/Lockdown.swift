/// What a lockdown keeps access from.
package enum LockdownRange: Hashable, Sendable {
  case everything
  case person(Principal)
  case database(DatabaseName)
  case role(RoleName)

  package var text: String {
    switch self {
    case .everything: "everything"
    case .person(let name): "person:\(name)"
    case .database(let name): "database:\(name)"
    case .role(let name): "role:\(name)"
    }
  }

  /// For people: `everything`, `the database orders_PROD`.
  package var words: String {
    switch self {
    case .everything: "everything"
    case .person(let name): "the person \(name)"
    case .database(let name): "the database \(name)"
    case .role(let name): "the role \(name)"
    }
  }

  /// The command that lifts it.
  package var liftCommand: String {
    let option =
      switch self {
      case .everything: ""
      case .person(let name): "--person \(name) "
      case .database(let name): "--database \(name) "
      case .role(let name): "--role \(name) "
      }
    return "jit admin lockdown \(option)--lift"
  }
}

/// No access is given in its range, and what was live there has ended.
package struct Lockdown: Sendable, Equatable {
  package let range: LockdownRange
  package let by: Caller
  package let since: Timestamp

  package var words: String { "\(range.words), since \(since) by \(by.principal)" }
}

extension State {
  /// A lockdown that keeps `ask` from being given; the widest, if there are several.
  package func lockdown(over ask: Ask) -> Lockdown? {
    let ranges: [LockdownRange] = [
      .everything, .database(ask.database), .role(ask.role), .person(ask.requester),
    ]
    return ranges.lazy.compactMap { self.lockdowns[$0] }.first
  }
}

/// Refuses what gives or prolongs access in a range that is locked down.
package func requireUnlocked(_ ask: Ask, _ state: State) throws(Refusal) {
  guard let lockdown = state.lockdown(over: ask) else { return }
  throw Refusal(
    .lockedDown, "no access is given: there is a lockdown of \(lockdown.words)",
    hint: "another person with the authority “revoke” can lift it: `\(lockdown.range.liftCommand)`")
}

extension LockdownRange: Codable {
  private enum CodingKeys: String, CodingKey {
    case person, database, role
  }

  /// `{"person":"mallory"}`; everything is `{}`.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .everything: break
    case .person(let name): try container.encode(name, forKey: .person)
    case .database(let name): try container.encode(name, forKey: .database)
    case .role(let name): try container.encode(name, forKey: .role)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let named = [
      try container.decodeIfPresent(Principal.self, forKey: .person).map(Self.person),
      try container.decodeIfPresent(DatabaseName.self, forKey: .database).map(Self.database),
      try container.decodeIfPresent(RoleName.self, forKey: .role).map(Self.role),
    ].compactMap(\.self)
    guard named.count <= 1 else { throw decoder.invalid("more than one range") }
    self = named.first ?? .everything
  }
}
