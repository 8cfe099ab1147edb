import AccessCore

/// A YAML value with its place: all that the rules need to know of YAML.
struct Node {
  let place: Place
  let content: Content

  enum Content {
    case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  /// What somebody wrote, by its text alone: `on`, `no` and `1.5` are words like any other.
  struct Scalar {
    let text: String
    /// Without quotes, and not a block of text.
    let isPlain: Bool

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
  }

  /// What it is, for an error. Never the value, which might be a secret.
  var kind: String {
    switch content {
    case .scalar(let scalar): scalar.isNull ? "nothing" : scalar.isPlain ? "a word" : "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// `key: value`.
struct Entry {
  let key: Key
  let value: Node
}

struct Key {
  let text: String
  let place: Place
}

struct Place: Hashable {
  let file: String
  let position: Position
}

extension Place: CustomStringConvertible {
  var description: String { "\(file.inert):\(position.line):\(position.column)" }
}
