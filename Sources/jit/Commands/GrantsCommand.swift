import AccessAPI
import ArgumentParser

struct GrantsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grants", abstract: "List grants: what is live now.")

  enum Scope: String, EnumerableFlag {
    case active, all

    static func help(for scope: Scope) -> ArgumentHelp? {
      switch scope {
      case .active: "Those that are not over (the default)."
      case .all: "Also those that have ended."
      }
    }
  }

  @Flag(exclusivity: .exclusive) var scope: Scope = .active
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open { broker in
      let reply: Reply<[RequestView]> = try await broker.get(
        Path.grants, query: [("scope", scope.rawValue)])
      try output.showList(reply, whenEmpty: "no grants", sortedBy: grantGoesBefore) {
        grantTable($0, paint: Console.standard.paint, now: currentTime())
      }
    }
  }
}
