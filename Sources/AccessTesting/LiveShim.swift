import Foundation

/// Compiles C that takes the place of functions of the C library, in a process that loads it first
/// (`LD_PRELOAD`); answers where it is.
func shim(_ source: String, named name: String, in folder: String) async throws -> String {
  let (file, library) = ("\(folder)/\(name).c", "\(folder)/\(name).so")
  try Data(source.utf8).write(to: URL(filePath: file))
  let command = try LiveCommand(
    compiler(), ["-shared", "-fPIC", "-O1", "-o", library, file],
    environment: ["PATH": "/usr/bin:/bin"], in: folder)
  try await command.finished().succeeded()
  return library
}

/// That of the Swift toolchain, or the system's.
private func compiler() throws -> String {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
  let candidates = ["clang", "cc"].flatMap { name in
    path.split(separator: ":").map { "\($0)/\(name)" }
  }
  guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:))
  else { throw LiveError("there is no C compiler in PATH") }
  return found
}
