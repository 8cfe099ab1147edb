import AccessCore
import ArgumentParser
import Foundation
import Glibc

/// `jitd --config jitd.yaml` serves until SIGTERM.
@main
struct Jitd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jitd",
    abstract: "The broker: makes database access just in time, ends it, and proves it.",
    subcommands: [ServeCommand.self, ReapCommand.self, RestoreCommand.self],
    defaultSubcommand: ServeCommand.self)

  /// Errors begin with `error:` like everywhere in jit, and tell by their exit code (sysexits.h)
  /// whether the arguments (64), the configuration (78) or the daemon (70) is at fault.
  static func main() async {
    // What is written for the daemon alone stays its own; a broken pipe is an error, not a death.
    umask(0o077)
    takeStandardDescriptors()
    signal(SIGPIPE, SIG_IGN)
    // A terminal that takes no output from the background (stty tostop) must not stop us.
    signal(SIGTTOU, SIG_IGN)
    // So is a file that may not grow (setrlimit(2)).
    signal(SIGXFSZ, SIG_IGN)
    forgetPostgresEnvironment()
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      leave(0)
    } catch let error as StartError {
      report(error.message, hint: error.hint)
      leave(error.exitCode)
    } catch {
      let code = Jitd.exitCode(for: error)
      guard code != .success else {
        Outlet.output.write(Jitd.message(for: error) + "\n")
        leave(0)
      }
      report(Jitd.message(for: error), hint: "see `jitd --help`")
      leave(code == .validationFailure ? 64 : 70)
    }
  }

  /// Everything is on disk. Exit handlers would take OpenSSL away from under threads that still wait
  /// in libpq (`jitd reap` does not wait for a server that hangs), so they are not run. Who does not
  /// read what we wrote does not keep us either.
  private static func leave(_ code: Int32) -> Never {
    Outlet.output.flush(within: .seconds(5))
    Outlet.error.flush(within: .seconds(2))
    _exit(code)
  }

  /// libpq takes settings from variables like PGPASSWORD and PGSERVICE; the broker's come from its
  /// policy and credentials alone. Done first of all: with threads, unsetenv(3) is not safe.
  private static func forgetPostgresEnvironment() {
    for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") {
      unsetenv(name)
    }
  }

  private static func report(_ message: String, hint: String?) {
    Outlet.error.write("error: \(message)\n" + (hint.map { "hint: \($0)\n" } ?? ""))
  }
}

/// Why the daemon does not start.
struct StartError: Error {
  let message: String
  var hint: String?
  /// 78 bad configuration, 73 already running, 70 anything else (sysexits.h).
  let exitCode: Int32

  static func configuration(_ message: String, hint: String? = nil) -> StartError {
    StartError(message: message, hint: hint, exitCode: 78)
  }
}
