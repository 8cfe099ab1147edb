import AccessAPI
import AccessCore

/// Shows a list again and again: redrawn on a terminal, elsewhere a line for each change.
///
/// - Parameter look: reads a request that has left the list, for its last state.
func watchRequests(
  _ format: OutputFormat, list: () async throws -> Reply<[RequestView]>,
  look: (_ id: String) async throws -> Reply<RequestView>
) async throws -> Never {
  let console = Console.standard
  var known: [String: RequestView] = [:]
  while true {
    let reply = try await list()
    let present = Dictionary(reply.view.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    if format == .text && console.outputIsTerminal {
      let table = requestTable(
        reply.view.sorted(by: requestGoesBefore), paint: console.paint, now: currentTime())
      // ECMA-48: cursor to the top, erase what is below.
      try console.print("\u{1B}[H\u{1B}[J" + (reply.view.isEmpty ? "no requests\n" : table))
    } else {
      for index in changes(from: known, to: reply.view) {
        try console.print(line(reply.view[index], reply.json(ofElement: index), format))
      }
      for id in known.keys.filter({ present[$0] == nil }).sorted() {
        let last = try await look(id)
        try console.print(line(last.view, last.json(), format))
      }
    }
    known = present
    try await Task.sleep(for: .seconds(1))
  }
}

/// The indices of what is new or has moved on.
func changes(from known: [String: RequestView], to requests: [RequestView]) -> [Int] {
  requests.indices.filter { known[requests[$0].id]?.progress != requests[$0].progress }
}

private func line(_ request: RequestView, _ json: JSON, _ format: OutputFormat) -> String {
  switch format {
  case .text: request.changeLine
  case .json: json.inertLine + "\n"
  }
}

extension RequestView {
  /// What a watcher wants to be told of.
  fileprivate var progress: [String] {
    [state, grant?.state ?? "", String(reviews.count), duration]
  }

  /// `7F3K2QXW pending: alice asks for write on orders_PROD (PRODUCTION) for 30m`
  var changeLine: String {
    let status = grant.map { "\(state), grant \($0.state)" } ?? state
    return "\(id.inert) \(status.inert): \(requester.inert) asks for \(summary(.plain))\n"
  }
}
