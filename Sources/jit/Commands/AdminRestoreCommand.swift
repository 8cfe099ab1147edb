import AccessAPI
import ArgumentParser
import Foundation
import Glibc

struct AdminRestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a backup into an empty state, once it is verified.",
    discussion: """
      jitd must not run. It is the program that does it (`jitd restore`); afterwards start it
      once with --accept-rollback and why, for what came after the backup is lost.
      """)

  @Argument(help: "A file that `jit admin backup` made.") var file: String

  @Option(help: "The configuration file of jitd.")
  var config = "/etc/jit/jitd.yaml"

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let beside = URL(
      filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    )
    .deletingLastPathComponent().appending(path: "jitd").path
    let program = access(beside, X_OK) == 0 ? beside : "jitd"
    let words: [String] = [
      program, "restore", "--config", config, "--output", output.output.rawValue, "--", file,
    ]
    let pointers = words.map { strdup($0) } + [nil]
    execvp(program, pointers)
    throw Failure(
      .brokerUnreachable, "jitd cannot be started: \(String(cString: strerror(errno)))",
      hint: "is it installed beside jit, or in PATH?")
  }
}
