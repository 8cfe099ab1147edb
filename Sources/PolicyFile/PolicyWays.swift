import AccessCore

/// A way to some access: by this rule.
private struct Way: Hashable {
  /// `write on orders_PROD`
  let access: String
  let rule: EntitlementName

  var words: String { "\(access) by \(rule)" }
}

extension PolicyDifference {
  /// Ways to what somebody has anyway, by another rule: they may be easier ones, or the last easy one.
  static func compareWays(_ old: Policy, _ new: Policy) -> [Change] {
    let (before, after) = (old.ways, new.ways)
    let (had, have) = (old.access, new.access)
    let ways = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    return ways.sorted { $0.words < $1.words }.flatMap { way in
      let (then, now) = (before[way, default: []], after[way, default: []])
      return changes(
        way.words, gained: now.subtracting(then).intersection(had[way.access, default: []]),
        lost: then.subtracting(now).intersection(have[way.access, default: []]))
    }
  }
}

extension Policy {
  /// Who may ask for what.
  var access: [String: Set<Principal>] {
    Dictionary(ways.map { ($0.access, $1) }) { $0.union($1) }
  }

  fileprivate var ways: [Way: Set<Principal>] {
    var ways: [Way: Set<Principal>] = [:]
    for rule in entitlements.values {
      let people = people(in: rule.requesters)
      for database in rule.databases {
        for role in rule.roles {
          let access = "\(role) on \(database)" + (rule.isBreakGlass ? " in an emergency" : "")
          ways[Way(access: access, rule: rule.name)] = people
        }
      }
    }
    return ways
  }
}
