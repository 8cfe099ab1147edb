import AccessAPI
import AccessCore

extension CredentialsView {
  /// A libpq connection URI (PostgreSQL manual, "Connection URIs"); the directory of a Unix socket
  /// is percent-encoded like any other host.
  func uri(password: String) -> String {
    // The brackets of an IPv6 address are no part of it and stay.
    let host = host.contains(":") && !host.hasPrefix("/") ? "[\(host)]" : host.percentEncoded
    return """
      postgresql://\(user.percentEncoded):\(password.percentEncoded)@\(host):\(port)\
      /\(dbname.percentEncoded)?sslmode=\(sslmode.percentEncoded)
      """
  }

  /// Lines for a shell, with the names that libpq reads.
  func environment(password: String) -> String {
    let variables = [
      ("PGHOST", host), ("PGPORT", String(port)), ("PGDATABASE", dbname), ("PGUSER", user),
      ("PGPASSWORD", password), ("PGSSLMODE", sslmode),
    ]
    return variables.map { "export \($0)=\($1.shellQuoted)\n" }.joined()
  }

  /// A line of a password file (PostgreSQL manual, "The Password File").
  ///
  /// A socket's directory becomes `*`: libpq calls its default directory `localhost` here, and
  /// which one that is differs from build to build. The user name belongs to one grant anyway.
  ///
  /// - Parameter anyDatabase: whether it holds for all databases of the server.
  func passwordFileLine(password: String, anyDatabase: Bool = false) -> String {
    let place = host.hasPrefix("/") || host.hasPrefix("@") ? "*" : host.passwordFileEscaped
    let database = anyDatabase ? "*" : dbname.passwordFileEscaped
    return [place, String(port), database, user.passwordFileEscaped, password.passwordFileEscaped]
      .joined(separator: ":") + "\n"
  }

  /// For reading.
  func text(password: String, paint: Paint, now: Timestamp) -> String {
    let pairs = [
      ("host", host), ("port", String(port)), ("database", dbname), ("user", user),
      ("password", password), ("sslmode", sslmode),
    ]
    return "credentials of \(id.inert)\n"
      + fields(
        pairs.map { ($0, [$1.withoutControls]) } + [
          ("expires", ["\(expiresAt.inert) (\(timeLeft(until: expiresAt, now: now)))"]),
          ("uri", [uri(password: password)]),
        ], paint: paint)
  }
}

extension String {
  /// In single quotes, in which a POSIX shell takes everything but a single quote as it is.
  var shellQuoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }

  fileprivate var passwordFileEscaped: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      if scalar == ":" || scalar == "\\" { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
  }
}
