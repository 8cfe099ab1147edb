import AccessAPI
import AccessCore

/// psql's prompts (manual of psql, "Prompting"): where one is, as what, and until when.
struct PsqlPrompt: Equatable {
  /// For `PROMPT1` and `PROMPT2`, which psql itself tells apart by what stands for %R.
  let text: String

  init(_ request: RequestView, _ credentials: CredentialsView, paint: Paint) {
    let words = "\(request.bannerWords(credentials.expiresAt)) ".psqlLiteral
    let colour =
      switch Environment(rawValue: request.environment) {
      case .production: "1;31"
      case .development: "32"
      case .staging, .testing, nil: "33"
      }
    // %[ and %] tell readline that what is between them takes no room.
    switch paint {
    case .plain: text = "\(words)%/%R%x%# "
    case .coloured: text = "%[%033[\(colour)m%]\(words)%[%033[0m%]%/%R%x%# "
    }
  }
}

extension RequestView {
  /// `PRODUCTION orders_PROD write until 14:30 UTC`
  func bannerWords(_ expiresAt: String) -> String {
    let label = Paint.plain.environment(environment)
    return "\(label) \(database.inert) \(role.inert) until \(clockTime(expiresAt)) UTC"
  }
}

/// `HH:MM` of a time in UTC.
private func clockTime(_ time: String) -> String {
  guard let instant = Timestamp(time) else { return time.inert }
  return String(instant.description.dropFirst(11).prefix(5))
}

extension String {
  /// Without a meaning to psql, which would run what stands in %`…`.
  fileprivate var psqlLiteral: String {
    split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
  }
}
