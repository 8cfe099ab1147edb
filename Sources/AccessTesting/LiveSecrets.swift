import Foundation

/// Secrets that were handed out, and where they must not be.
package struct LiveSecrets: Sendable {
  private var known: [String: Data] = [:]

  package init() {}

  /// - Parameter name: what a test that fails calls it; the secret itself is never printed.
  package mutating func add(_ secret: String, as name: String) {
    known[name] = Data(secret.utf8)
  }

  package var count: Int { known.count }

  /// The names of those that are in the bytes.
  package func found(in data: Data) -> [String] {
    known.filter { data.range(of: $0.value) != nil }.map(\.key).sorted()
  }

  package func found(in text: String) -> [String] { found(in: Data(text.utf8)) }

  /// The names of those that are in a file, or in any file of a folder, with the file.
  package func found(inFilesAt path: String) throws -> [String] {
    try files(at: path).flatMap { file in
      found(in: try Data(contentsOf: URL(filePath: file))).map { "\($0) in \(file)" }
    }
  }

  /// The names of those that are in the arguments of any process of the machine.
  package func foundInArguments() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").flatMap { process in
      // One that has ended meanwhile has no arguments.
      guard let pid = pid_t(process),
        let arguments = FileManager.default.contents(
          atPath: "/proc/\(pid)/cmdline")
      else { return [String]() }
      return found(in: arguments).map { "\($0) in the arguments of \(pid)" }
    }
  }

  /// The names of those that are in the environment of a process.
  package func foundInEnvironment(of pid: pid_t) throws -> [String] {
    found(in: try Data(contentsOf: URL(filePath: "/proc/\(pid)/environ")))
      .map { "\($0) in the environment of \(pid)" }
  }

  private func files(at path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LiveError("\(path) is not there")
    }
    guard isFolder.boolValue else { return [path] }
    return try FileManager.default.subpathsOfDirectory(atPath: path).map { "\(path)/\($0)" }
      .filter {
        try FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType
          == .typeRegular
      }
  }
}
