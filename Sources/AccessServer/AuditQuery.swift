import AccessAPI
import AccessCore
import Hummingbird
import Ledger

/// The part of an address behind `?`, of paths below `/v1/audit`.
struct AuditQuery {
  private let parameters: [String: String]

  init(_ request: Request) {
    parameters = Dictionary(
      request.uri.queryParameters.map { (String($0.key), String($0.value)) },
      uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> String? { parameters[name] }

  /// `since`, `until`, `database`, `requester`, `kind`, each of which may be missing.
  func selection() throws(Problem) -> Selection {
    Selection(
      size: 0, since: try time("since"), until: try time("until"),
      database: try name("database"), requester: try name("requester"), kind: try kind())
  }

  func number(_ name: String) throws(Problem) -> Int64? {
    guard let text = self[name] else { return nil }
    guard let number = Int64(text), number >= 0 else {
      throw Problem(.usage, "“\(name)” is a number from 0 on")
    }
    return number
  }

  func flag(_ name: String) throws(Problem) -> Bool {
    switch self[name] {
    case nil, "false": return false
    case "true": return true
    case .some: throw Problem(.usage, "“\(name)” is true or false")
    }
  }

  private func time(_ name: String) throws(Problem) -> Timestamp? {
    guard let text = self[name] else { return nil }
    guard let time = Timestamp(text) else {
      throw Problem(.usage, "“\(text.prefix(40).inert)” is not a time", hint: "write RFC 3339")
    }
    return time
  }

  private func name<Kind>(_ parameter: String) throws(Problem) -> Name<Kind>? {
    guard let text = self[parameter] else { return nil }
    guard let name = Name<Kind>(text) else {
      throw Problem(.usage, "“\(text.prefix(80).inert)” is not a \(Kind.noun)")
    }
    return name
  }

  private func kind() throws(Problem) -> EventKind? {
    guard let text = self["kind"] else { return nil }
    guard let kind = EventKind(rawValue: text) else {
      let kinds = EventKind.allCases.map(\.rawValue)
      let near = nearest(to: text, among: kinds)
      throw Problem(
        .usage, "there is no kind of entry “\(text.prefix(80).inert)”",
        hint: near.first.map { "did you mean \($0)?" }
          ?? "the kinds are \(kinds.joined(separator: ", "))")
    }
    return kind
  }
}
