import AccessCore

/// Colours (ECMA-48 SGR), or none. They only stress what the words say anyway.
enum Paint: Sendable {
  case plain, coloured

  func bold(_ text: String) -> String { sgr("1", text) }
  func faint(_ text: String) -> String { sgr("2", text) }
  func red(_ text: String) -> String { sgr("1;31", text) }
  func green(_ text: String) -> String { sgr("32", text) }
  func yellow(_ text: String) -> String { sgr("33", text) }

  private func sgr(_ code: String, _ text: String) -> String {
    switch self {
    case .plain: text
    case .coloured: "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
  }

  /// The name of an environment so that production is unmistakable, also without colours.
  func environment(_ name: String) -> String {
    switch Environment(rawValue: name) {
    case .production: red(name.uppercased())
    case .staging, .testing: yellow(name)
    case .development: green(name)
    case nil: name.inert
    }
  }

  /// A state of a request or grant.
  func state(_ name: String) -> String {
    switch name {
    case "stuck": red(name)
    case "active", "approved": green(name)
    case "pending", "activating", "revoking": yellow(name)
    default: name.inert
    }
  }
}
