/// Who can say what an owner has: for grants that act as one.
package protocol OwnerWatching: Sendable {
  /// Everything of the owner's through which somebody could go on after a grant.
  ///
  /// - Parameter systemIdentifier: the server that it must be.
  func snapshot(
    of owner: String, on systemIdentifier: String
  ) async throws(ProvisioningError) -> OwnerSnapshot
}

/// Who can say what the scopes of a grant are.
package protocol ScopeWatching: Sendable {
  /// What the scopes and the roles that they lead to are and are named in, and what runs when others
  /// use the tables on which they may put triggers.
  ///
  /// - Parameters:
  ///   - before: roles that count as well, whether the scopes still lead to them or not.
  ///   - systemIdentifier: the server that it must be.
  func snapshot(
    ofScopes scopes: [String], before: [String], on systemIdentifier: String
  ) async throws(ProvisioningError) -> OwnerSnapshot
}

/// What an owner, or scopes, had at one moment: code, and who may do what with their things.
package struct OwnerSnapshot: Sendable, Equatable {
  package struct Item: Sendable, Hashable {
    package let database: String
    /// `trigger`, `default privilege`, …
    package let kind: String
    package let name: String
    /// What it was exactly: a digest, or a text that says something to people.
    package let value: String

    package init(database: String, kind: String, name: String, value: String) {
      self.database = database
      self.kind = kind
      self.name = name
      self.value = value
    }
  }

  package let items: [Item]

  package init(_ items: some Sequence<Item>) {
    self.items = items.sorted {
      ($0.database, $0.kind, $0.name, $0.value) < ($1.database, $1.kind, $1.name, $1.value)
    }
  }

  /// How it is kept until the grant ends: canonical JSON, the same for the same things.
  package var encoded: [UInt8] {
    JSON.array(
      items.map { .array([$0.database, $0.kind, $0.name, $0.value].map { .string($0) }) }
    ).canonical
  }

  /// - Throws: when the bytes are no snapshot.
  package init(decoding bytes: [UInt8]) throws {
    guard case .array(let rows) = try JSON(parsing: bytes) else { throw MalformedSnapshot() }
    self.init(
      try rows.map { row in
        guard case .array(let cells) = row else { throw MalformedSnapshot() }
        let texts = cells.compactMap(\.text)
        guard cells.count == 4, texts.count == 4 else { throw MalformedSnapshot() }
        return Item(database: texts[0], kind: texts[1], name: texts[2], value: texts[3])
      })
  }

  package struct MalformedSnapshot: Error, CustomStringConvertible {
    package let description = "it is not what was kept"
  }
}

extension OwnerSnapshot {
  /// What is new, gone or other than it was `before`, in words for who reads the receipt.
  ///
  /// - Parameter owner: by whom it was left, or could have been.
  package func changes(since before: OwnerSnapshot, of owner: String) -> [Residue] {
    let (old, new) = (before.byName, byName)
    return Set(old.keys).union(new.keys).sorted { $0 < $1 }.compactMap { place in
      let (was, now) = (old[place], new[place])
      guard was != now else { return nil }
      return Residue(
        database: place.database, kind: place.kind, name: place.name,
        note: "\(owner)'s: \(change(from: was, to: now, place.kind))")
    }
  }

  private struct Place: Hashable, Comparable {
    let database: String
    let kind: String
    let name: String

    static func < (a: Self, b: Self) -> Bool {
      (a.database, a.kind, a.name) < (b.database, b.kind, b.name)
    }
  }

  private var byName: [Place: String] {
    // The server's names are unique; should two be alike after all, both count.
    items.reduce(into: [:]) { places, item in
      let place = Place(database: item.database, kind: item.kind, name: item.name)
      places[place] = places[place].map { "\($0), \(item.value)" } ?? item.value
    }
  }
}

private func change(from was: String?, to now: String?, _ kind: String) -> String {
  let isCode = OwnerSnapshot.codeKinds.contains(kind)
  return switch (was, now) {
  case (nil, let now?): isCode ? "new since the grant began" : "new since the grant began: \(now)"
  case (let was?, nil): isCode ? "gone since the grant began" : "gone since the grant began: \(was)"
  case (let was?, let now?): isCode ? "changed during the grant" : "was \(was), is \(now)"
  case (nil, nil): ""
  }
}

extension OwnerSnapshot {
  /// Kinds whose value is a digest of what they are.
  package static let codeKinds: Set<String> = [
    "function", "trigger", "trigger that may run SQL", "constraint", "index", "rule", "view",
    "policy", "default",
    "scope setting",
  ]
}
