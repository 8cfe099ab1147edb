import AccessCore
import Foundation
import Yams

/// What `jitd.yaml` says. An unknown key is an error.
struct Configuration: Sendable {
  struct Socket: Sendable {
    var path: String
    var mode: UInt32
  }

  var origin: String
  var state: String
  var policies: String
  var credentials: String?
  var notify: [String]
  /// A file outside of the state.
  var publish: String?
  /// After how long without an entry one is written.
  var heartbeatMs: Int64
  var unix: Socket
  var admin: Socket

  init(readingFile path: String) throws(StartError) {
    let text: String
    do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw .configuration("\(path) cannot be read", hint: "jitd --config /etc/jit/jitd.yaml")
    }
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch {
      throw .configuration("\(path): \(error)")
    }
    guard let root = node?.mapping else { throw .configuration("\(path) holds no settings") }
    var settings = Settings(root, file: path)
    origin = try settings.text("origin")
    state = try settings.text("state")
    policies = try settings.text("policies")
    credentials = try settings.optionalText("credentials")
    notify = try settings.texts("notify")
    publish = try settings.optionalText("publish")
    heartbeatMs = try settings.duration("heartbeat")?.milliseconds ?? Limits.heartbeatMs
    var listen = try settings.section("listen")
    unix = try listen.socket("unix", path: "/run/jit/jitd.sock", mode: 0o666)
    admin = try listen.socket("admin", path: "/run/jit/admin.sock", mode: 0o600)
    try listen.finish()
    try settings.finish()
    try checkOrigin(path)
    try checkPublish(path)
  }

  private func checkPublish(_ file: String) throws(StartError) {
    func parts(_ path: String) -> [String] { URL(filePath: path).standardized.pathComponents }
    guard let publish, parts(publish).starts(with: parts(state)) else { return }
    throw .configuration(
      "\(file): `publish` is inside of `state`",
      hint: "put it where a copy of the state does not take it along")
  }

  /// The origin becomes the name of a C2SP key and the first line of every checkpoint.
  private func checkOrigin(_ file: String) throws(StartError) {
    let allowed = origin.utf8.allSatisfy { byte in
      (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "+") && byte != UInt8(ascii: "#")
    }
    guard allowed, !origin.isEmpty, origin.utf8.count <= 200 else {
      throw .configuration(
        "\(file): “\(origin.inert)” is not an origin",
        hint: "write a name like jit.example.com/prod: no spaces, no + and no #")
    }
  }
}

/// One mapping of the file, and which of its keys have been taken.
private struct Settings {
  private let mapping: Node.Mapping
  private let file: String
  private var known: Set<String> = []

  init(_ mapping: Node.Mapping, file: String) {
    self.mapping = mapping
    self.file = file
  }

  private mutating func node(_ key: String) -> Node? {
    known.insert(key)
    return mapping[Node(key)]
  }

  mutating func text(_ key: String) throws(StartError) -> String {
    guard let text = try optionalText(key) else {
      throw .configuration("\(file): `\(key)` is missing")
    }
    return text
  }

  mutating func optionalText(_ key: String) throws(StartError) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error(node, "`\(key)` must be a text")
    }
    return text
  }

  mutating func texts(_ key: String) throws(StartError) -> [String] {
    guard let node = node(key) else { return [] }
    guard let sequence = node.sequence else { throw error(node, "`\(key)` must be a list") }
    let texts = sequence.compactMap(\.scalar?.string)
    guard texts.count == sequence.count else {
      throw error(node, "`\(key)` must be a list of texts")
    }
    return texts
  }

  mutating func duration(_ key: String) throws(StartError) -> TimeSpan? {
    guard let text = try optionalText(key) else { return nil }
    guard let span = TimeSpan(text) else {
      throw .configuration("\(file): `\(key)` must be a duration like 1h")
    }
    return span
  }

  mutating func section(_ key: String) throws(StartError) -> Settings {
    guard let node = node(key) else { return Settings([:], file: file) }
    guard let mapping = node.mapping else { throw error(node, "`\(key)` must be a section") }
    return Settings(mapping, file: file)
  }

  mutating func socket(
    _ key: String, path: String, mode: UInt32
  ) throws(StartError) -> Configuration.Socket {
    var section = try section(key)
    let socket = Configuration.Socket(
      path: try section.optionalText("path") ?? path,
      mode: try section.mode("mode") ?? mode)
    try section.finish()
    guard socket.path.utf8.count <= 107 else {
      throw .configuration("\(file): the socket path \(socket.path) has more than 107 bytes")
    }
    return socket
  }

  private mutating func mode(_ key: String) throws(StartError) -> UInt32? {
    guard let text = try optionalText(key) else { return nil }
    guard let mode = UInt32(text, radix: 8), mode <= 0o777 else {
      throw .configuration("\(file): `\(key)` must be an octal mode like \"0666\"")
    }
    return mode
  }

  func finish() throws(StartError) {
    for (key, _) in mapping {
      let name = key.scalar?.string ?? "?"
      guard !known.contains(name) else { continue }
      let near = nearest(to: name, among: known)
      throw .configuration(
        "\(place(key)): unknown key `\(name.inert)`",
        hint: near.isEmpty ? nil : "did you mean \(near.joined(separator: " or "))?")
    }
  }

  private func error(_ node: Node, _ message: String) -> StartError {
    .configuration("\(place(node)): \(message)")
  }

  private func place(_ node: Node) -> String {
    node.mark.map { "\(file):\($0.line):\($0.column)" } ?? file
  }
}
