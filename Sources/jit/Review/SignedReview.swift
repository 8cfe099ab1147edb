import AccessAPI
import AccessCore
import ArgumentParser
import Crypto
import Foundation
import TransparencyLog

struct SigningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Sign it with this SSH key (Ed25519): its file, or the .pub of one that the agent has.",
      valueName: "key"))
  var signWith: String?
}

extension SigningOptions {
  /// The review with a signature over what is shown here, if one is wanted.
  ///
  /// What is signed is made out of what is printed. Nothing that the broker computed goes into it.
  func sign(_ review: NewReview, of id: String, _ broker: Broker) async throws -> NewReview {
    guard let signWith else { return review }
    let keygen = try SSHKeygen(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
    let request: Reply<RequestView> = try await broker.get(Path.request(id))
    let me: Reply<WhoamiView> = try await broker.get(Path.whoami)
    let statement = try ReviewStatement(
      of: review, on: request.view, by: me.view.principal,
      ledger: broker.witness.seen?.checkpoint.origin)
    let digest = AccessCore.digest(
      of: statement.ask, statement.request, origin: statement.origin, sha256)
    guard digest.description == request.view.digest else {
      throw Failure(
        .badData, "what the broker shows of \(id) is not what it has on record",
        hint: "nothing was signed; tell those who run the broker")
    }
    let console = Console.standard
    console.say(
      request.view.fullText(paint: console.errorPaint, now: currentTime()) + "\n"
        + "signing as \(statement.reviewer): \(review.verdict)"
        + (statement.shortened.map { " for \($0) at most" } ?? "") + ", in \(statement.origin)\n")
    var signed = review
    signed.digest = digest.description
    signed.signature = try keygen.sign(statement.message, with: signWith)
    return signed
  }
}

extension ReviewStatement {
  /// What a reviewer says of a request as they were shown it.
  ///
  /// - Parameter ledger: the origin that checkpoints bear, where one was seen.
  init(
    of review: NewReview, on request: RequestView, by reviewer: String, ledger: String?
  ) throws {
    guard let id = RequestID(request.id), let reviewer = Principal(reviewer),
      let verdict = Verdict(rawValue: review.verdict), let ask = Ask(request)
    else { throw unreadable(request) }
    guard ledger.map({ $0 == request.origin }) ?? true else {
      throw Failure(
        .badData, "the broker says that \(id) is in \(request.origin.inert), its checkpoints not",
        hint: "nothing was signed; tell those who run the broker")
    }
    self.init(
      origin: request.origin, request: id, ask: ask, reviewer: reviewer, verdict: verdict,
      shortened: review.duration.flatMap(TimeSpan.init))
  }
}

extension Ask {
  /// Nil where a field is not what such a field can be.
  fileprivate init?(_ view: RequestView) {
    guard let requester = Principal(view.requester), let database = DatabaseName(view.database),
      let uid = DatabaseUID(view.databaseUID), let role = RoleName(view.role),
      let environment = AccessCore.Environment(rawValue: view.environment),
      let duration = TimeSpan(view.requestedDuration),
      let entitlement = EntitlementName(view.entitlement),
      case let start = view.start.flatMap({ Timestamp($0) }), (start == nil) == (view.start == nil),
      case let extends = view.extends.flatMap({ RequestID($0) }),
      (extends == nil) == (view.extends == nil),
      case let reason = written(view.reason, view.reasonSalt),
      (reason == nil) == (view.reason == nil),
      case let ticket = written(view.ticket, view.ticketSalt),
      (ticket == nil) == (view.ticket == nil)
    else { return nil }
    self.init(
      requester: requester, database: database, databaseUID: uid, environment: environment,
      role: role, duration: duration, start: start, reason: reason, ticket: ticket,
      entitlement: entitlement, extends: extends, breakGlass: view.breakGlass)
  }
}

/// The commitment that the shown text opens.
private func written(_ text: String?, _ salt: String?) -> Commitment? {
  guard let text, let salt = salt.flatMap([UInt8].init(hex:)), salt.count == 16 else { return nil }
  return WrittenText(text, salt: salt, sha256: sha256).commitment
}

private let sha256: SHA256Function = { bytes in
  guard let digest = AccessCore.Digest(bytes: Array(SHA256.hash(data: bytes))) else {
    preconditionFailure("SHA-256 has 32 bytes")
  }
  return digest
}

private func unreadable(_ request: RequestView) -> Failure {
  Failure(
    .badData, "what the broker shows of \(request.id.inert) cannot be signed",
    hint: "use a jit of the broker's version; see `jit show \(request.id.inert) -o json`")
}
