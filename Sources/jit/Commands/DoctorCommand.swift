import AccessAPI
import AccessCore
import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Is everything in order on this host, and what to do if not.",
    discussion: "Exits with 0 when it is, 69 when the broker is not reached, 70 otherwise.")

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let findings = try await Broker.open { broker in
      let status: Reply<StatusView> = try await broker.get(Path.status)
      let whoami: Reply<WhoamiView> = try await broker.get(Path.whoami)
      return diagnose(
        status.view, whoami.view, at: "\(broker.configuration.address)", now: currentTime())
    }
    switch output.output {
    case .text: try Console.standard.print(findingTable(findings, paint: Console.standard.paint))
    case .json: try Console.standard.print(findings.json.inertText + "\n")
    }
    let wrong = findings.filter { !$0.isFine }.map(\.check)
    guard wrong.isEmpty else {
      throw Failure(
        .internal, "not everything is in order: \(wrong.joined(separator: ", "))",
        hint: "the table says what to do")
    }
  }
}
