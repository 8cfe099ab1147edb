import AccessCore

/// Reads nodes as what they should be and keeps what was wrong with them, so that a person sees
/// all of it at once. A function that returns nil has reported why; what stands in for it then
/// does not matter, because a policy with an error is never used.
final class Reader {
  private(set) var diagnostics: [Diagnostic] = []
  private var comparisonsLeft = PolicyLimits.comparisonsMax

  var errorCount: Int { diagnostics.count { $0.severity == .error } }

  func add(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  func error(_ place: Place, _ message: String, hint: String? = nil) {
    add(.init(.error, file: place.file, position: place.position, message: message, hint: hint))
  }

  func warning(_ place: Place, _ message: String, hint: String? = nil) {
    add(.init(.warning, file: place.file, position: place.position, message: message, hint: hint))
  }

  func definedTwice(_ key: Key, first: Place) {
    error(
      key.place, "\(key.text.quoted) is defined twice, first at \(first)",
      hint: "Keep one of them.")
  }

  func notYetSupported(_ place: Place, _ what: String) {
    error(place, "\(what.quoted) is not yet supported", hint: "Leave it out.")
  }

  /// A hint with the candidates that look like `word`; nil when none does.
  func didYouMean(_ word: String, _ candidates: some Collection<String>) -> String? {
    guard comparisonsLeft >= candidates.count else { return nil }
    comparisonsLeft -= candidates.count
    let near = nearest(to: word, among: candidates).map(\.quoted)
    guard let last = near.last else { return nil }
    let others = near.dropLast().joined(separator: ", ")
    return "Did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
  }
}

extension String {
  /// For an error: short, in quotes, and safe to print.
  var quoted: String { "\"\(String(prefix(60)).inert)\(count > 60 ? "…" : "")\"" }
}
