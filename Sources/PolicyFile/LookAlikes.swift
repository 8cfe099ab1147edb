import AccessCore

extension Reader {
  /// Names that are easily taken for each other. Each such pair is an error until one of the two says
  /// `distinct_from:` the other.
  func lookAlikes(_ databases: inout SeenDatabases) -> [DatabaseName: Set<DatabaseName>] {
    let known = Set(databases.places.keys)
    let alike = nearlyTheSame(known)
    let said = checkDistinct(databases.distinct, known, alike)
    for (name, others) in alike {
      // The error is at the later of the two.
      guard let place = databases.places[name] else { continue }
      let unsaid = others.filter { other in
        guard let there = databases.places[other], there.isBefore(place) else { return false }
        return said[name]?.contains(other) != true && said[other]?.contains(name) != true
      }
      if !unsaid.isEmpty { report(name, place, unsaid.sorted(), databases.places) }
    }
    return alike
  }

  private func report(
    _ name: DatabaseName, _ place: Place, _ others: [DatabaseName],
    _ places: [DatabaseName: Place]
  ) {
    let shown = others.prefix(PolicyLimits.lookAlikesShownMax)
    let list = shown.map { other in
      other.text.quoted + (places[other].map { " at \($0)" } ?? "")
    }.joined(separator: ", ")
    let more = others.count - shown.count
    error(
      place,
      "\(name.text.quoted) is easily taken for \(list)\(more > 0 ? " and \(more) more" : "")",
      hint: "Rename one, or write distinct_from: "
        + "[\(others.map(\.text).prefix(20).joined(separator: ", "))] here.")
  }

  /// Whom each says that it is not, as far as that is so.
  private func checkDistinct(
    _ distinct: [DatabaseName: [SeenDatabases.Other]], _ known: Set<DatabaseName>,
    _ alike: [DatabaseName: Set<DatabaseName>]
  ) -> [DatabaseName: Set<DatabaseName>] {
    var said: [DatabaseName: Set<DatabaseName>] = [:]
    for (name, others) in distinct {
      for other in others {
        if !known.contains(other.name) {
          error(
            other.place, "there is no database \(other.name.text.quoted)",
            hint: didYouMean(other.name.text, known.map(\.text)) ?? "Leave it out.")
        } else if alike[name]?.contains(other.name) != true {
          warning(
            other.place, "nobody would take \(name.text.quoted) for \(other.name.text.quoted)",
            hint: "Leave it out.")
        }
        said[name, default: []].insert(other.name)
      }
    }
    return said
  }
}

extension Place {
  fileprivate func isBefore(_ other: Place) -> Bool {
    (file, position) < (other.file, other.position)
  }
}

/// Every name with those that differ from it in nothing but case and separators, in one character
/// (inserted, left out, replaced or swapped with its neighbour), or in one part of at most two
/// characters (`_us`, `_eu`), both ways.
///
/// Names are not compared pair by pair: two that differ in one character are the same once the right
/// character of each is left out (Mor and Fraenkel 1982), so each is put under its own keys, and only
/// names that meet under a key are looked at.
func nearlyTheSame(_ names: Set<DatabaseName>) -> [DatabaseName: Set<DatabaseName>] {
  var met: [String: [DatabaseName]] = [:]
  for name in names.sorted() {
    for key in keys(of: name.text) { met[key, default: []].append(name) }
  }
  var alike: [DatabaseName: Set<DatabaseName>] = [:]
  for (key, names) in met where names.count > 1 {
    for (index, a) in names.enumerated() {
      for b in names[(index + 1)...]
      where key.hasPrefix("?") || isOneEdit(folded(a.text), folded(b.text)) {
        alike[a, default: []].insert(b)
        alike[b, default: []].insert(a)
      }
    }
  }
  return alike
}

private let separators: Set<UInt8> = [
  UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
]

/// Small letters and digits only.
private func folded(_ name: String) -> [UInt8] {
  name.lowercased().utf8.filter { !separators.contains($0) }
}

private func keys(of name: String) -> Set<String> {
  let whole = folded(name)
  var keys: Set<String> = [String(decoding: whole, as: UTF8.self)]
  for index in whole.indices {
    var shorter = whole
    shorter.remove(at: index)
    keys.insert(String(decoding: shorter, as: UTF8.self))
  }
  let parts = name.lowercased().split { $0.utf8.allSatisfy(separators.contains) }
  for (index, part) in parts.enumerated() where part.count <= 2 && parts.count > 1 {
    var rest = parts
    rest[index] = "?"
    // No name has the sign, so no other key begins with it.
    keys.insert("?" + rest.joined(separator: "_"))
  }
  return keys
}

/// Whether, in names of three characters or more, at most one character has to be inserted, left out or replaced, or two neighbours swapped.
private func isOneEdit(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  guard a.count <= b.count else { return isOneEdit(b, a) }
  // One of two characters is half of the name.
  guard a.count > 2 || a == b else { return false }
  let same = zip(a, b).prefix { $0 == $1 }.count
  let (restA, restB) = (a[same...], b[same...])
  if a.count + 1 == b.count { return restA.elementsEqual(restB.dropFirst()) }
  guard a.count == b.count else { return false }
  if restA.dropFirst().elementsEqual(restB.dropFirst()) { return true }
  return restA.count >= 2 && restA.prefix(2).elementsEqual(restB.prefix(2).reversed())
    && restA.dropFirst(2).elementsEqual(restB.dropFirst(2))
}
