import AccessBroker
import AccessCore
import ArgumentParser
import Foundation
import PolicyFile
import PostgresProvisioner

/// The dead man's switch: no ledger is opened, and no broker has to run.
struct ReapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reap",
    abstract: "End access whose time is over, by the word of the databases alone.",
    discussion: """
      For the case that the broker is dead: run it each minute (systemd/jit-reap.timer). It finds
      roles of this origin whose VALID UNTIL has passed by the server's clock, takes LOGIN away and
      ends their sessions. It drops nothing and knows no ledger; a broker that comes back finishes
      the work. Exits with 0 when no overdue role is left with sessions, 69 when a database was not
      reached, 75 when sessions are left, 65 when the policy is broken, so that there may be
      databases that it does not know of.
      """)

  @Option(help: "The configuration file.")
  var config: String

  func run() async throws {
    let configuration = try Configuration(readingFile: config)
    let salvaged = SalvagedDatabases(directory: configuration.policies)
    for error in salvaged.errors { say("error: \("\(error)".inert)") }
    let credentials = CredentialFiles(configuration)
    let tag = OriginTag(origin: configuration.origin)
    let reaper = Reaper { access in
      switch access.engine {
      case .postgresql: PostgresProvisioner(access: access, in: credentials, tag: tag)
      }
    }
    let report = await reaper.reap(salvaged.databases)
    for reaped in report.reaped { Outlet.output.write(reaped.line + "\n") }
    for (database, why) in report.missed.sorted(by: { $0.key < $1.key }) {
      say("error: \(database) was not reached: \(why.inert)")
    }
    try judge(report, salvaged)
  }

  private func judge(_ report: ReapReport, _ salvaged: SalvagedDatabases) throws(StartError) {
    if !report.missed.isEmpty {
      let names = report.missed.keys.sorted().map(\.text).joined(separator: ", ")
      throw StartError(
        message: "sessions may be alive on \(names)",
        hint: "see that the server runs, then run it again", exitCode: 69)
    }
    if !report.left.isEmpty {
      throw StartError(
        message: "\(report.left.count) overdue roles may still have sessions",
        hint: "the lines above say why; run it again", exitCode: 75)
    }
    if !salvaged.errors.isEmpty {
      throw StartError(
        message: "the policy is broken: databases that could not be read were not looked at",
        hint: "`jit policy check` shows every error", exitCode: 65)
    }
  }

  private func say(_ line: String) {
    Outlet.error.write("\(line)\n")
  }
}

extension ReapReport.Reaped {
  /// `jit_alice_7f3k2qxw on orders_PROD: cut off, 2 sessions ended`
  fileprivate var line: String {
    let sessions = "\(cutOff.sessionsEnded) session\(cutOff.sessionsEnded == 1 ? "" : "s") ended"
    let what =
      switch cutOff.outcome {
      case .done: "cut off, \(sessions)"
      case .notOverdue: "left alone: it is gone, or its time was moved"
      case .failed(let why): "NOT CUT OFF, \(sessions): \(why.inert)"
      }
    return "\(role.name.inert) on \(database): \(what)"
  }
}
