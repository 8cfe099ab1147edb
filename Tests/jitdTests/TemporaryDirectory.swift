import Foundation

/// A directory for one test.
struct TemporaryDirectory {
  let path: String

  /// Writes a file and answers its path.
  func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
    try file(name, Data(text.utf8), mode: mode)
  }

  func file(_ name: String, _ data: Data, mode: Int) throws -> String {
    let path = path + "/" + name
    try data.write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }
}

extension TemporaryDirectory {
  func remove() throws { try FileManager.default.removeItem(atPath: path) }
}

/// Runs `body` with a directory that is gone afterwards.
func withTemporaryDirectory<Value>(_ body: (TemporaryDirectory) throws -> Value) throws -> Value {
  let directory = try TemporaryDirectory()
  let result = Result { try body(directory) }
  try FileManager.default.removeItem(atPath: directory.path)
  return try result.get()
}

extension TemporaryDirectory {
  init() throws {
    path = NSTemporaryDirectory() + "jitd-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }
}

extension TemporaryDirectory {
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  func mode(of name: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }
}
