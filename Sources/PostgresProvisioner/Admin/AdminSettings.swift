import PostgresClient

/// What every session of ours states at its start, so that nothing that somebody gave to our login,
/// to a database or to the whole server stands in the way of our statements.
///
/// Of all places in which a setting can stand, the start of a session is the strongest (PostgreSQL
/// documentation, `pg_settings.source`). What only a superuser may set, and what is an empty list
/// for everybody, cannot be stated; the doors of other databases are left for that.
struct AdminSettings {
  /// As command-line options of `postgres`.
  ///
  /// - Parameter serverVersion: nil while nobody knows it: a server lets nobody in who states a
  ///   setting that it does not have.
  static func options(of user: String, serverVersion: Int?) -> String {
    var settings = identity(user) + nature + pace
    let dialect = Dialect(serverVersion: serverVersion ?? 0)
    if dialect.hasMembershipOptions { settings.append(("createrole_self_grant", "")) }
    if dialect.hasTransactionTimeout { settings.append(("transaction_timeout", "0")) }
    return settings.map { "-c \($0.0)=\(escaped($0.1))" }.joined(separator: " ")
  }

  /// Who we are.
  private static func identity(_ user: String) -> [(String, String)] {
    [("session_authorization", user), ("role", "none")]
  }

  /// What a statement of ours means.
  private static let nature = [
    ("default_transaction_read_only", "off"), ("default_transaction_deferrable", "off"),
    ("default_transaction_isolation", "read committed"), ("row_security", "on"),
    // A standby that does not answer must hold up nobody's end; what a failover forgets is found
    // again.
    ("synchronous_commit", "local"), ("transform_null_equals", "off"), ("array_nulls", "on"),
    ("quote_all_identifiers", "off"),
  ]

  /// Whether we get in, for how long, and how soon we are answered.
  private static let pace = [
    ("local_preload_libraries", ""), ("post_auth_delay", "0"), ("exit_on_error", "off"),
    ("idle_session_timeout", "0"), ("jit", "off"), ("max_parallel_workers_per_gather", "0"),
    // What is looked up is in memory, and few among many: a scan of everything is never cheaper.
    ("random_page_cost", "0.1"),
  ]

  /// Source: PostgreSQL documentation, "Connection Parameters", `options`.
  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
  }
}
