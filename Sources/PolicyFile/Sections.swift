/// The parts of a policy, merged over its files.
struct Sections {
  private(set) var timezone: Entry?
  private(set) var reviews: Entry?
  private(set) var entries: [Section: [Entry]] = [:]
  /// False when a part could not be read, so that a name that is not there may well be defined.
  private(set) var areComplete = true

  subscript(section: Section) -> [Entry] { entries[section] ?? [] }
}

/// The top-level keys that hold named things.
enum Section: String, CaseIterable {
  case groups, authorities, signers, naming, databases, roles, windows, entitlements, freezes
  case breakGlass = "break_glass"

  /// Where its names have to be unique: a request names one entitlement, of whichever section.
  var namespace: Section { self == .breakGlass ? .entitlements : self }
}

extension Sections {
  init(_ documents: [PolicyDocument], _ reader: Reader) {
    var defined: [Section: [String: Place]] = [:]
    for document in documents {
      do throws(Diagnostic) {
        guard let root = try reader.compose(document) else { continue }
        merge(root, &defined, reader)
      } catch {
        reader.add(error)
        areComplete = false
      }
    }
  }

  private mutating func merge(
    _ root: Node, _ defined: inout [Section: [String: Place]], _ reader: Reader
  ) {
    let known = Section.allCases.map(\.rawValue) + ["timezone", "reviews"]
    guard let fields = reader.fields(root, known: known) else {
      areComplete = false
      return
    }
    merge(fields["timezone"], into: \.timezone, reader)
    merge(fields["reviews"], into: \.reviews, reader)
    for section in Section.allCases {
      guard let part = fields[section.rawValue] else { continue }
      guard let entries = reader.entries(part.value) else {
        areComplete = false
        continue
      }
      for entry in entries {
        if let first = defined[section.namespace]?[entry.key.text] {
          reader.definedTwice(entry.key, first: first)
        } else {
          defined[section.namespace, default: [:]][entry.key.text] = entry.key.place
          self.entries[section, default: []].append(entry)
        }
      }
    }
  }

  /// What is there once over all files.
  private mutating func merge(
    _ entry: Entry?, into only: WritableKeyPath<Sections, Entry?>, _ reader: Reader
  ) {
    guard let entry else { return }
    if let first = self[keyPath: only] {
      reader.definedTwice(entry.key, first: first.key.place)
    } else {
      self[keyPath: only] = entry
    }
  }
}
