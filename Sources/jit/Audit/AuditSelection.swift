import AccessCore
import ArgumentParser

/// Which entries are meant.
struct AuditSelection: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("From this time on.", valueName: "time"))
  var since: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Before this time.", valueName: "time"))
  var until: String?

  @Option(help: "Only what concerns this database.")
  var database: String?

  @Option(help: ArgumentHelp("Only requests of this person.", valueName: "person"))
  var requester: String?

  @Option(help: "Only entries of this kind, like grant.ended.")
  var kind: String?

  /// As the API takes it; only what was given.
  func query() throws(Failure) -> [(name: String, value: String)] {
    let since = try since.map { text throws(Failure) in try instant(text, "--since") }
    let until = try until.map { text throws(Failure) in try instant(text, "--until") }
    return [
      ("since", since?.description), ("until", until?.description), ("database", database),
      ("requester", requester), ("kind", kind),
    ].compactMap { name, value in value.map { (name: name, value: $0) } }
  }
}
