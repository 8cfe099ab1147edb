import Foundation

/// A bundle on disk that a test may spoil.
package struct LiveBundle: Sendable {
  package let folder: String

  package init(_ folder: String) { self.folder = folder }

  package func copy(to other: String) throws -> LiveBundle {
    try FileManager.default.copyItem(atPath: folder, toPath: other)
    return LiveBundle(other)
  }

  package func bytes(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(folder)/\(file)")))
  }

  package func write(_ bytes: some Sequence<UInt8>, to file: String) throws {
    try Data(bytes).write(to: URL(filePath: "\(folder)/\(file)"))
  }

  package func remove(_ file: String) throws {
    try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
  }

  /// The lines of a file, without newlines.
  package func lines(_ file: String) throws -> [String] {
    try bytes(file).split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  package func change(_ file: String, _ body: (inout [String]) throws -> Void) throws {
    var lines = try lines(file)
    try body(&lines)
    try write(lines.map { $0 + "\n" }.joined().utf8, to: file)
  }

  /// What its own `verify.py` says, in an environment that has nothing of ours.
  package func verifyByItself(_ arguments: String...) async throws -> LiveRun {
    try await LiveCommand(
      "/usr/bin/python3", ["\(folder)/verify.py"] + arguments,
      environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"], in: "/tmp"
    ).finished()
  }
}
