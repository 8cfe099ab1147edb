import AccessAPI
import AccessCore
import ArgumentParser
import AuditBundle
import Foundation
import SSHSignature
import TransparencyLog

struct AuditVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Prove a bundle, or all that the broker has now.",
    discussion: """
      A bundle is proven without the broker. Its verifier.txt is the bundle's own word
      for the key: give --key, or compare the fingerprint with one from elsewhere.
      Exit code: 65 if anything is not what was signed; the error names the first entry.
      """)

  @Argument(help: "The directory of the bundle.") var path: String?

  @Flag(help: "Read the whole ledger from the broker, and check it and what jit saw before.")
  var live = false

  @Option(help: ArgumentHelp("The key of the ledger: NAME+ID+KEY.", valueName: "vkey"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "Whose SSH keys are whose, as you know it: check every review that is signed.",
      valueName: "file"))
  var allowedSigners: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let key = try key.map { text throws(Failure) in try verifierKey(text) }
    let allowed = try allowedSigners.map { path throws(Failure) in try readAllowedSigners(path) }
    switch (path, live) {
    case (let path?, false): try verify(path, key, allowed)
    case (nil, true):
      guard allowed == nil else {
        throw Failure(
          .usage, "--allowed-signers is for a bundle",
          hint: "make one: jit audit export --bundle DIR")
      }
      let proven = try await Broker.open { try await verifyLedger(of: $0, key: key) }
      try show(proven.checkpoint, proven.key, [:])
    case (nil, false), (.some, true):
      throw Failure(
        .usage, "name either a bundle or --live", hint: "jit audit verify DIR, or --live")
    }
  }

  private func verify(
    _ path: String, _ key: VerifierKey?, _ allowed: AllowedSigners?
  ) throws {
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else {
      throw Failure(
        .notFound, "there is no directory \(path.inert)",
        hint: "make a bundle with `jit audit export --bundle DIR`")
    }
    var progress = Progress("verifying")
    defer { progress.end() }
    do {
      let proven = try verifyBundle(in: path, key: key, allowed: allowed) {
        progress.update($0, of: $1)
      }
      progress.end()
      var numbers = [
        "withheld": proven.manifest.withheld, "openings": proven.manifest.openings,
      ]
      if let reviews = proven.reviews {
        numbers["signed_reviews"] = reviews.signed
        numbers["unsigned_reviews"] = reviews.unsigned
        numbers["withheld_signatures"] = reviews.withheld
      }
      try show(proven.checkpoint, proven.key, numbers.mapValues { .integer(Int64($0)) })
    } catch let finding as BundleFinding {
      progress.end()
      throw Failure(
        .badData, "\(finding)",
        hint: "do not rely on \(path.inert); ask for a new bundle, and tell where this one is from")
    }
  }

  private func show(
    _ checkpoint: Checkpoint, _ key: VerifierKey, _ more: [String: JSON]
  ) throws {
    switch output.output {
    case .json:
      let members: [String: JSON] = [
        "origin": .string(checkpoint.origin), "size": .integer(Int64(checkpoint.size)),
        "root": .string(checkpoint.root.base64), "verifier_key": .string(key.description),
        "fingerprint": .string(key.fingerprint),
      ]
      try Console.standard.print(JSON.object(members.merging(more) { $1 }).inertText + "\n")
    case .text:
      let details = more.sorted { $0.key < $1.key }.map {
        ", \($0.value.inertLine) \($0.key.replacing("_", with: " "))"
      }
      try Console.standard.print(
        """
        key \(key.name.description.inert) \(key.fingerprint)
        ok: \(checkpoint.size) entries\(details.joined()), as signed
        \(more.isEmpty ? "" : "not signed, for reading only: grants.csv, manifest.json\n")
        """)
    }
  }
}

private func readAllowedSigners(_ path: String) throws(Failure) -> AllowedSigners {
  guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
    throw Failure(
      .notFound, "\(path.inert) cannot be read", hint: "it is a file of OpenSSH's allowed_signers")
  }
  do throws(AllowedSignersError) { return try AllowedSigners(parsing: text) } catch {
    throw Failure(
      .badData, "\(path.inert), \(error.description.inert)",
      hint: "see ALLOWED SIGNERS in ssh-keygen(1)")
  }
}

func verifierKey(_ text: String) throws(Failure) -> VerifierKey {
  do { return try VerifierKey(parsing: text) } catch {
    throw Failure(.usage, "--key: \(error)", hint: "it is the one line of verifier.txt")
  }
}
