import AccessCore

/// From what the scopes hold to what they are to hold.
struct ScopeDifference: Sendable {
  let missing: Set<Right>
  let excess: Set<Right>
  /// To be kept, but not to be handed on.
  let grantable: Set<Right>
  /// Those of `excess` and `grantable` that the applier cannot take back, and why.
  let untouchable: [Right: String]
  /// Why `missing` cannot be given.
  let obstacles: [String]

  init(
    wanted: Set<Right>, _ catalog: ScopeCatalog, owners: [String: ScopeCatalog.Owner],
    applier: String?
  ) {
    missing = wanted.subtracting(catalog.held)
    excess = catalog.held.subtracting(wanted).filter {
      // Where everybody may connect, nobody has more by being told so.
      !catalog.publicConnects || $0.privilege != "CONNECT"
        || $0.place != .thing(catalog.database, column: nil)
    }
    grantable = catalog.grantable.intersection(wanted)
    untouchable = [:].merging(
      excess.union(grantable).compactMap { right in
        reason(against: right.grantor, owners, applier).map { (right, $0) }
      }, uniquingKeysWith: { first, _ in first })
    obstacles = Dictionary(grouping: missing, by: \.grantor).sorted { $0.key < $1.key }
      .compactMap { owner, rights in
        reason(against: owner, owners, applier).map { why in
          let named = rights.sorted().prefix(3).map(\.words).joined(separator: ", ").inert
          let more = rights.count > 3 ? " and \(rights.count - 3) more" : ""
          return "\(why); it would give \(named)\(more)"
        }
      }
  }

  /// What has to be given anew: REVOKE on a table takes the same privilege on its columns, too.
  func given(keeping held: Set<Right>) -> Set<Right> {
    let wiped = held.subtracting(excess).filter { right in
      guard case .thing(let target, .some) = right.place else { return false }
      return taken.contains(
        Right(
          scope: right.scope, grantor: right.grantor, place: .thing(target, column: nil),
          privilege: right.privilege))
    }
    return missing.union(wiped)
  }

  var taken: Set<Right> { excess.subtracting(untouchable.keys) }
  var tamed: Set<Right> { grantable.subtracting(untouchable.keys) }

  var drift: [ScopeDrift] {
    let missing = missing.sorted().map {
      ScopeDrift(scope: $0.scope, direction: .missing, what: $0.words.inert)
    }
    let excess = excess.sorted().map {
      ScopeDrift(
        scope: $0.scope, direction: .excess, what: $0.words.inert, note: untouchable[$0])
    }
    let grantable = grantable.sorted().map {
      ScopeDrift(
        scope: $0.scope, direction: .excess, what: "\($0.words.inert), to be handed on",
        note: untouchable[$0])
    }
    return missing + excess + grantable
  }
}

/// Why the applier cannot act as the owner; nil when it can, or when people do it by hand.
private func reason(
  against owner: String, _ owners: [String: ScopeCatalog.Owner], _ applier: String?
) -> String? {
  guard let found = owners[owner] else { return "there is no role \(owner.inert)" }
  guard let applier, !found.canBeActedAs else { return nil }
  return found.isSuperuser
    ? "\(owner.inert) is a superuser, as whom \(applier.inert) must not act: give the things to "
      + "an owner that is none"
    : "\(applier.inert) may not act as \(owner.inert): see `jit admin preflight` for the GRANT"
}
