import AccessCore
import Patterns

extension Reader {
  /// Patterns that the names of each environment contain, and no others.
  func naming(_ entries: [Entry]) -> [Environment: String] {
    var naming: [Environment: String] = [:]
    for entry in entries {
      if let environment = Environment(rawValue: entry.key.text) {
        naming[environment] = pattern(entry.value)
      } else {
        unknownKey(entry.key, known: Environment.allCases.map(\.rawValue))
      }
    }
    return naming
  }

  /// Reports names that do not say where they are, or say it wrongly.
  func checkNaming(_ databases: SeenDatabases, _ naming: [Environment: String]) {
    let patterns = naming.compactMapValues(\.compiled)
    for (name, environment) in databases.environments {
      guard let place = databases.places[name] else { continue }
      let said = patterns.filter { $0.value.isFound(in: name.text) }.keys
      if let pattern = naming[environment], !said.contains(environment) {
        error(
          place, "\(name.text.quoted) is \(environment.rawValue), and its name has to say so",
          hint: "Names of \(environment.rawValue) contain a match of \(pattern.inert).")
      }
      if let other = Environment.allCases.first(where: { said.contains($0) && $0 != environment }) {
        error(
          place,
          "\(name.text.quoted) is \(environment.rawValue), but its name says \(other.rawValue)",
          hint: "Rename it, or mend its environment or the pattern under naming.")
      }
    }
  }
}

extension String {
  /// Nil for a pattern that was reported where it stands.
  fileprivate var compiled: Pattern? {
    do throws(PatternError) { return try Pattern(self) } catch { return nil }
  }
}
