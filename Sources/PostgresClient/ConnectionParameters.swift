/// Where to connect, as whom, and with which settings the session starts.
///
/// Nothing else decides: see `refuseEnvironment`. The password is in no description of it.
package struct ConnectionParameters: Sendable {
  /// How much TLS is asked for. Source: libpq documentation, `sslmode`. Unix sockets never use TLS.
  package enum SSLMode: String, Sendable, CaseIterable {
    case disable, allow, prefer, require
    case verifyCA = "verify-ca"
    case verifyFull = "verify-full"
  }

  /// A name, an address, or the folder of a Unix socket (it begins with `/`).
  package var host: String
  package var port: Int
  package var dbname: String
  package var user: String
  package var password: String?
  package var sslmode: SSLMode
  package var sslrootcert: String?
  package var sslcert: String?
  package var sslkey: String?
  /// For the whole of connecting: all addresses of the host, TLS and authentication together.
  package var connectTimeoutSeconds = 5
  package var applicationName = "jitd"
  /// Further command-line options of the session, as `postgres` takes them.
  package var options = ""
  package var limits = SessionLimits()

  package init(
    host: String, port: Int = 5432, dbname: String, user: String, password: String? = nil,
    sslmode: SSLMode = .verifyFull, sslrootcert: String? = nil, sslcert: String? = nil,
    sslkey: String? = nil
  ) {
    self.host = host
    self.port = port
    self.dbname = dbname
    self.user = user
    self.password = password
    self.sslmode = sslmode
    self.sslrootcert = sslrootcert
    self.sslcert = sslcert
    self.sslkey = sslkey
  }

  private static let noFile = "/dev/null/none"

  /// The keywords of libpq with their values, in order. An empty value counts as absent there.
  var keywords: [(name: String, value: String)] {
    let optional = [("password", password), ("sslrootcert", sslrootcert)]
    let given: [(String, String)] = [
      ("host", host), ("port", String(port)), ("dbname", dbname), ("user", user),
      ("sslmode", sslmode.rawValue),
      ("connect_timeout", String(connectTimeoutSeconds)),
      ("application_name", applicationName),
      ("options", startupOptions),
      // `Rows` reads every value as UTF-8.
      ("client_encoding", "UTF8"),
      // A password comes from here or from nowhere. Of `/dev/null` itself libpq would complain aloud.
      ("passfile", Self.noFile),
      // Without a path libpq looks into the home directory, and fails if it may not look there.
      ("sslcert", sslcert ?? Self.noFile), ("sslkey", sslkey ?? Self.noFile),
      ("gssencmode", "disable"),
      // A peer that is gone is noticed within about ten seconds, idle or not.
      ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"),
      ("keepalives_count", "3"), ("tcp_user_timeout", "10000"),
    ]
    let present = given + optional.compactMap { name, value in value.map { (name, $0) } }
    return present.filter { !$0.1.isEmpty }
  }

  /// Ours stand last: of two settings of one name the server takes the later.
  private var startupOptions: String {
    // Else an object in a schema that others may write to could take the place of a system one.
    let fixed = ["search_path=pg_catalog,pg_temp", "standard_conforming_strings=on"]
    return ([options] + (fixed + limits.settings).map { "-c \($0)" })
      .filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// How long a session may wait or be idle, in milliseconds; nil leaves the server's own setting.
package struct SessionLimits: Sendable {
  package var lockTimeoutMilliseconds: Int?
  package var statementTimeoutMilliseconds: Int?
  package var idleInTransactionTimeoutMilliseconds: Int?
  package var idleSessionTimeoutMilliseconds: Int?

  package init(
    lockTimeoutMilliseconds: Int? = nil, statementTimeoutMilliseconds: Int? = nil,
    idleInTransactionTimeoutMilliseconds: Int? = nil, idleSessionTimeoutMilliseconds: Int? = nil
  ) {
    self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
    self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
    self.idleInTransactionTimeoutMilliseconds = idleInTransactionTimeoutMilliseconds
    self.idleSessionTimeoutMilliseconds = idleSessionTimeoutMilliseconds
  }

  var settings: [String] {
    [
      ("lock_timeout", lockTimeoutMilliseconds),
      ("statement_timeout", statementTimeoutMilliseconds),
      ("idle_in_transaction_session_timeout", idleInTransactionTimeoutMilliseconds),
      ("idle_session_timeout", idleSessionTimeoutMilliseconds),
    ].compactMap { name, value in value.map { "\(name)=\($0)" } }
  }
}

extension ConnectionParameters: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String {
    shown.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }

  package var debugDescription: String { description }

  package var customMirror: Mirror {
    Mirror(self, children: shown.map { (label: $0.name, value: $0.value) })
  }

  private var shown: [(name: String, value: String)] {
    keywords.map { name, value in (name, name == "password" ? "(hidden)" : value) }
  }
}
