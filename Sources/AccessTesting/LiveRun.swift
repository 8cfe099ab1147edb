import Foundation

/// What became of a program that was run to its end.
package struct LiveRun: Sendable {
  /// What was run, for people.
  package let command: String
  package let ending: LiveProcess.Ending
  package let stdout: [UInt8]
  package let stderr: String

  /// The exit code; nil when it was killed.
  package var status: Int32? {
    guard case .exited(let status) = ending else { return nil }
    return status
  }

  package var text: String { String(decoding: stdout, as: UTF8.self) }

  /// Itself when it succeeded, else an error that tells all.
  @discardableResult
  package func succeeded() throws -> LiveRun {
    guard status == 0 else { throw LiveError("\(self)") }
    return self
  }

  /// Its JSON output.
  package func json<View: Decodable>(_ type: View.Type = View.self) throws -> View {
    try JSONDecoder().decode(View.self, from: Data(try succeeded().stdout))
  }
}

extension LiveRun: CustomStringConvertible {
  package var description: String { "\(command): \(ending)\n\(text)\(stderr)" }
}

/// A program under way, whose output is read when it has ended.
package final class LiveCommand: Sendable {
  package let process: LiveProcess
  private let command: String
  private let stdout: String
  private let stderr: String

  init(
    _ program: String, _ arguments: [String], environment: [String: String], in folder: String
  ) throws {
    command = ([URL(filePath: program).lastPathComponent] + arguments).joined(separator: " ")
    let output = "\(folder)/output-\(UUID().uuidString)"
    (stdout, stderr) = ("\(output).out", "\(output).err")
    process = try LiveProcess(
      program, arguments, environment: environment, in: folder, stdout: stdout, stderr: stderr)
  }

  /// What it has printed so far.
  package func printed() throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: stdout)), as: UTF8.self)
  }

  /// Waits for the end; kills it when that takes too long.
  package func finished(within limit: Duration = .seconds(60)) async throws -> LiveRun {
    let ending: LiveProcess.Ending
    do { ending = try await process.ended(within: limit) } catch {
      process.send(SIGKILL)
      throw LiveError("\(command) did not end within \(limit)")
    }
    let run = LiveRun(
      command: command, ending: ending,
      stdout: Array(try Data(contentsOf: URL(filePath: stdout))),
      stderr: String(decoding: try Data(contentsOf: URL(filePath: stderr)), as: UTF8.self))
    for file in [stdout, stderr] { try FileManager.default.removeItem(atPath: file) }
    return run
  }
}
