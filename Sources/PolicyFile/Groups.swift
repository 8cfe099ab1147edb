import AccessCore

/// The groups as far as they could be read.
struct Groups {
  var members: [GroupName: Set<Principal>] = [:]
  /// False when a member is missing that the policy wanted to name.
  var areSound = true
}

extension Reader {
  func groups(_ entries: [Entry]) -> Groups {
    let errorsBefore = errorCount
    var groups = Groups()
    var people: [String: Place] = [:]
    for entry in entries {
      let members = members(entry, &people)
      if let name: GroupName = name(entry.key) { groups.members[name] = Set(members) }
    }
    for entry in entries {
      if let person = people[entry.key.text] {
        error(
          entry.key.place, "\(entry.key.text.quoted) is a group here and a person at \(person)",
          hint: "Rename the group.")
      }
    }
    groups.areSound = errorCount == errorsBefore
    return groups
  }

  private func members(_ entry: Entry, _ people: inout [String: Place]) -> [Principal] {
    guard let fields = fields(entry, known: ["members"]),
      let node = required("members", in: fields)?.value
    else { return [] }
    var members: [Principal] = []
    _ = list(node, of: "people") { item -> Principal? in
      guard let person: Principal = name(item) else { return nil }
      people[person.text] = people[person.text] ?? item.place
      members.append(person)
      return person
    }
    return members
  }
}
