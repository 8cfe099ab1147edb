import AccessCore
import Crypto
import SSHSignature

/// How the signatures of reviews in a bundle were found.
package struct ReviewFindings: Sendable, Equatable {
  /// Reviews with a good signature of the reviewer.
  package var signed: UInt64 = 0
  package var unsigned: UInt64 = 0
  /// Signatures that an approval counts, and that may be among what the bundle withholds.
  package var withheld: UInt64 = 0
}

/// Checks each review that bears a signature against the auditor's own file of allowed signers, and
/// each approval that counts a signature for having one. It is shown the entries in their order.
///
/// It keeps a digest for each request, and for each that was signed the names of who did.
struct ReviewCheck {
  private let allowed: AllowedSigners
  private var findings = ReviewFindings()
  private var digests: [String: String] = [:]
  private var signers: [String: Set<String>] = [:]
  private var isAnythingWithheld = false
  /// The first one; told only when the entries are what was signed.
  private var finding: BundleFinding?

  init(_ allowed: AllowedSigners) { self.allowed = allowed }

  mutating func look(at line: EntryLine, _ index: UInt64) {
    guard case .shown(let bytes) = line else {
      isAnythingWithheld = true
      return
    }
    // What is no entry at all was found elsewhere.
    guard finding == nil, let entry = try? JSON(parsing: bytes), let data = entry["data"],
      let request = entry["request"]?.text
    else { return }
    switch entry["kind"]?.text.flatMap(EventKind.init(rawValue:)) {
    case .requestSubmitted: digests[request] = data["digest"]?.text
    case .reviewRecorded:
      if let flaw = review(entry, data, of: request) { finding = .review(index, flaw) }
    case .requestApproved:
      if let flaw = approval(data, of: request) { finding = .review(index, flaw) }
    default: break
    }
  }

  func conclude() throws(BundleFinding) -> ReviewFindings {
    if let finding { throw finding }
    return findings
  }

  private mutating func review(_ entry: JSON, _ data: JSON, of request: String) -> ReviewFlaw? {
    guard let signature = data["signature"] else {
      findings.unsigned += 1
      return nil
    }
    guard let person = entry["actor"]?.text, let time = entry["at"]?.text,
      let message = signature["message"]?.text, let armored = signature["armored"]?.text,
      let sshsig = SSHSignature(armored: armored)
    else { return .unreadable }
    let bytes = Array(message.utf8)
    guard says(bytes, what: data, by: person, of: request) else { return .otherReview(person) }
    guard sshsig.isOf(bytes, namespace: ReviewStatement.namespace) else {
      return .notSigned(person)
    }
    guard
      allowed.allow(
        person, key: sshsig.keyText, namespace: ReviewStatement.namespace, at: time)
    else { return .notAllowed(person) }
    findings.signed += 1
    if data["verdict"]?.text == Verdict.approve.rawValue {
      signers[request, default: []].insert(person)
    }
    return nil
  }

  /// Whether the message is about exactly this review, of exactly what was asked.
  private func says(
    _ message: [UInt8], what data: JSON, by person: String, of request: String
  ) -> Bool {
    guard case .object(var fields)? = try? JSON(parsing: message),
      JSON.object(fields).canonical == message,
      fields["reviewer"] == .string(person), fields["request"] == .string(request),
      fields["verdict"] == data["verdict"], fields["shortened"] == data["duration"] ?? .null
    else { return false }
    for name in ReviewStatement.ownFields { fields[name] = nil }
    let asked = Array(SHA256.hash(data: JSON.object(fields).canonical)).hex
    return data["digest"] == .string(asked) && digests[request].map { $0 == asked } ?? true
  }

  private mutating func approval(_ data: JSON, of request: String) -> ReviewFlaw? {
    guard case .array(let people)? = data["signed"] else { return nil }
    for person in people.compactMap(\.text)
    where !signers[request, default: []].contains(person) {
      guard isAnythingWithheld else { return .missing(person) }
      findings.withheld += 1
    }
    return nil
  }
}

/// What is wrong with the signature of a review.
package enum ReviewFlaw: Hashable, Sendable {
  case unreadable
  /// What was signed is not what the entry says.
  case otherReview(String)
  case notSigned(String)
  case notAllowed(String)
  /// An approval counts a signature that is not there.
  case missing(String)
}

extension ReviewFlaw: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable: "has a signature that cannot be read"
    case .otherReview(let person): "is not what \(person.inert) signed"
    case .notSigned(let person): "has a signature of \(person.inert) that is not good"
    case .notAllowed(let person):
      "is signed by a key that the allowed signers do not have for \(person.inert)"
    case .missing(let person):
      "counts a signature of \(person.inert) that no review before it has"
    }
  }
}
