import AccessAPI
import AccessCore
import ArgumentParser

struct RequestsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requests", abstract: "List requests: yours, and those that you may review.")

  enum Scope: String, EnumerableFlag {
    case mine, toReview, all

    static func help(for scope: Scope) -> ArgumentHelp? {
      switch scope {
      case .mine: "Only those that you made, also closed ones."
      case .toReview: "Only those that wait for your review."
      case .all: "All that you may see, also closed ones."
      }
    }
  }

  enum State: String, CaseIterable, ExpressibleByArgument {
    case pending, approved, denied, cancelled, lapsed
  }

  @Flag(exclusivity: .exclusive) var scope: Scope?

  @Option(help: "Only those in this state; also closed ones.")
  var state: State?

  @Flag(help: "Go on showing what changes, until interrupted.")
  var watch = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Broker.open { broker in
      if watch {
        try await watchRequests(output.output) {
          try await fetch(broker)
        } look: { id in
          try await broker.get(Path.request(id))
        }
      } else {
        try output.showList(
          try await fetch(broker), whenEmpty: "no requests",
          sortedBy: requestGoesBefore,
          text: { requestTable($0, paint: Console.standard.paint, now: currentTime()) })
      }
    }
  }

  private func fetch(_ broker: Broker) async throws -> Reply<[RequestView]> {
    let states = state.map { [(name: "state", value: $0.rawValue)] } ?? []
    return try await broker.get(Path.requests, query: [("scope", listScope.rawValue)] + states)
  }

  private var listScope: ListScope {
    switch scope {
    case .mine: .mine
    case .toReview: .toReview
    case .all: .all
    // Who names a state means closed requests, too.
    case nil: state == nil ? .open : .all
    }
  }
}
