import AccessAPI
import AccessCore

extension WhoamiView {
  func text(paint: Paint) -> String {
    let proof =
      switch method {
      case "peer": "by the socket's peer credentials"
      case "token": "by a token"
      case "admin": "on the admin socket"
      default: "by \(method.inert)"
      }
    func names(_ list: [String]) -> String {
      list.isEmpty ? "none" : list.map(\.inert).joined(separator: ", ")
    }
    return "\(principal.inert), known \(proof)\n"
      + fields(
        [("groups", [names(groups)]), ("authorities", [names(authorities)])], paint: paint)
  }
}

extension PolicyView {
  func text(paint: Paint) -> String {
    let inForce = digest.map { "policy \($0.inert) is in force\n" } ?? "no policy is in force\n"
    let stopped = issuingStopped.map { "\(paint.red("no access is given:")) \($0.inert)\n" }
    return inForce + (stopped ?? "")
  }
}

extension TokenView {
  /// The answer to its creation, the one time that the token is shown.
  func createdText(paint: Paint, now: Timestamp) -> String {
    fields(
      [
        ("token", [token.map(\.inert) ?? "not shown again; create another one"]),
        ("id", [id.inert]), ("user", [user.inert]), ("expires", [moment(expiresAt, now: now)]),
      ], paint: paint)
  }
}
