import AccessAPI
import AccessCore
import Foundation

/// The stock program that has the keys, or asks the agent that has them.
struct SSHKeygen {
  private let path: String

  /// - Parameter searchPath: directories as in `PATH`.
  init(searchPath: String) throws(Failure) {
    let candidates = searchPath.split(separator: ":").map { "\($0)/ssh-keygen" }
    guard let path = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw Failure(
        .badConfiguration, "ssh-keygen is not installed, or not in PATH",
        hint: "apt install openssh-client")
    }
    self.path = path
  }

  /// The armored signature of the message.
  ///
  /// - Parameter key: a file with a private key, or with the public half of one that the agent has.
  func sign(_ message: [UInt8], with key: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-Y", "sign", "-n", ReviewStatement.namespace, "-f", key]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    do { try process.run() } catch {
      throw Failure(
        .internal, "\(path.inert) cannot be started: \(error.localizedDescription.inert)",
        hint: "reinstall openssh-client")
    }
    // What it did not read shows as a signature that is not there. A message fits into a pipe.
    try? input.fileHandleForWriting.write(contentsOf: message)
    try? input.fileHandleForWriting.close()
    let signature = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0,
      let text = String(validating: signature, as: UTF8.self), !text.isEmpty
    else {
      throw Failure(
        .refused, "ssh-keygen signed nothing with \(key.inert)",
        hint: "name a private key, or the .pub file of one that the agent has (`ssh-add -l`)")
    }
    return text
  }
}
