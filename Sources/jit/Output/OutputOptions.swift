import AccessCore
import ArgumentParser

enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}

struct OutputOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "How results and errors are printed.")
  var output: OutputFormat = .text

  /// Prints what the broker answered: its JSON, escaped, or as text.
  func show<View>(
    _ reply: Reply<View>, console: Console = .standard, text: (View) throws -> String
  ) throws {
    switch output {
    case .text: try console.print(text(reply.view))
    case .json: try console.print(reply.json().inertText + "\n")
    }
  }

  /// As `show`, for a list: what comes first is said by `before`, and an empty list is told on
  /// stderr.
  func showList<View>(
    _ reply: Reply<[View]>, whenEmpty: String, console: Console = .standard,
    sortedBy before: (View, View) -> Bool = { _, _ in false }, text: ([View]) -> String
  ) throws {
    let order = reply.view.indices.sorted { before(reply.view[$0], reply.view[$1]) }
    switch output {
    case .text where order.isEmpty: console.say(whenEmpty + "\n")
    case .text: try console.print(text(order.map { reply.view[$0] }))
    case .json: try console.print(reply.json().reordered(order).inertText + "\n")
    }
  }
}

extension JSON {
  /// The elements of an array in this order; anything else as it is.
  fileprivate func reordered(_ order: [Int]) -> JSON {
    guard case .array(let elements) = self, elements.count == order.count else { return self }
    return .array(order.map { elements[$0] })
  }
}
