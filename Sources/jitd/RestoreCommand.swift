import AccessBroker
import AccessCore
import ArgumentParser
import Ledger

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a backup into an empty state, once it is verified.")

  @Option(help: "The configuration file.")
  var config: String

  enum Output: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Option(help: "How the result is printed.")
  var output = Output.text

  @Argument(help: "A file that `jit admin backup` made.")
  var file: String

  func run() async throws {
    let configuration = try Configuration(readingFile: config)
    let directory: StateDirectory
    do { directory = try StateDirectory(taking: configuration.state) } catch {
      throw StartError(message: error.description, exitCode: 73)
    }
    let restored: Backup
    do {
      restored = try await directory.restore(
        file, origin: configuration.origin, clock: Clocks.system(bootID: "").wall)
    } catch let error as AlreadyThere {
      throw StartError(
        message: "\(error)", hint: "move what is there out of the way first", exitCode: 73)
    } catch {
      throw StartError(message: "\(file.inert) is not restored: \(error)", exitCode: 65)
    }
    if output == .json {
      let result: JSON = .object([
        "origin": .string(restored.origin), "size": .integer(restored.size),
        "newest": restored.newest.map { .string($0.description) } ?? .null,
      ])
      return Outlet.output.write(result.inertText + "\n")
    }
    let newest = restored.newest.map { ", the newest of \($0)" } ?? ""
    Outlet.output.write(
      """
      restored \(restored.size) entries of \(restored.origin)\(newest)
      next: jitd --accept-rollback WHY --config \(config)

      """)
  }
}
