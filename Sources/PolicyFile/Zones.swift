import AccessCore
import Foundation

extension Reader {
  /// The rules of a zone of the IANA database, as the system knows them.
  func zone(_ node: Node) -> Zone? {
    guard let name = line(node, "the name of a time zone") else { return nil }
    if let zone = Zone(iana: name) { return zone }
    error(
      node.place, "\(name.quoted) is not a time zone",
      hint: "Use a name of the IANA database, like Europe/Berlin.")
    return nil
  }
}

extension Zone {
  /// Nil when the system does not know the zone. Changes are taken from 2000 on and foreseen to
  /// 2100, whenever it is read.
  package init?(iana name: String) {
    guard let zone = TimeZone(identifier: name) else { return nil }
    let (first, last) = (Date(timeIntervalSince1970: 946_684_800), 4_102_444_800.0)
    func offset(_ date: Date) -> Int64 { Int64(zone.secondsFromGMT(for: date)) * 1_000 }
    var changes: [Change] = []
    var known = offset(first)
    var date = first
    while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date,
      next.timeIntervalSince1970 < last
    {
      date = next
      guard offset(next) != known else { continue }
      known = offset(next)
      changes.append(
        Change(
          at: Timestamp(milliseconds: Int64(next.timeIntervalSince1970 * 1_000)), offset: known))
    }
    self.init(name: name, firstOffset: offset(first), changes: changes)
  }
}
