import AccessCore
import Foundation
import PolicyFile

/// What the benchmark `policy` needs from inside: how long decisions take under the policy of a
/// directory, in microseconds, one on each line.
@main
struct PolicyBench {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 2, let count = Int(arguments[1]), count > 0 else {
      FileHandle.standardError.write(Data("usage: PolicyBench DIRECTORY DECISIONS\n".utf8))
      exit(64)
    }
    let policy = try parsePolicy(readPolicyDocuments(directory: arguments[0]))
    let rules = policy.entitlements.values.sorted { $0.name < $1.name }
    let verdicts = ReasonPatterns(of: policy).verdicts(on: "INC-42 unstick orders")
    for number in 0..<count {
      let rule = rules[number % rules.count]
      guard let asker = policy.people(in: rule.requesters).min(),
        let database = rule.databases.min(),
        let role = rule.roles.min()
      else { throw Unusable(rule: rule.name.text) }
      let asked = Submission(
        database: database.text, role: role.text, duration: "30m",
        reason: WrittenText("INC-42 unstick orders", salt: [], sha256: digest))
      let caller = Caller(principal: asker, proof: .peer(uid: 0))
      let command = Command.submit(RequestID(bits: UInt64(number)), asked)
      let context = Context(
        policy: policy, issuing: .open, now: Timestamp(milliseconds: 1_780_000_000_000),
        boot: BootMark(bootID: "", milliseconds: 0), verdicts: verdicts, sha256: digest)
      let began = ContinuousClock.now
      let events = try decide(command, by: caller, State(), context)
      let took = ContinuousClock.now - began
      guard !events.isEmpty else { throw Unusable(rule: rule.name.text) }
      print(took.components.seconds * 1_000_000 + took.components.attoseconds / 1_000_000_000_000)
    }
  }

  private struct Unusable: Error { let rule: String }
}

/// No hash: it is not what is measured.
private let digest: SHA256Function = { bytes in
  guard let digest = Digest(bytes: Array(repeating: UInt8(bytes.count % 256), count: 32)) else {
    preconditionFailure("32 bytes are a digest")
  }
  return digest
}
