import PostgresClient

/// The statements that make, change and unmake one role, as the server's version wants them.
///
/// Utility statements take no parameters: names and texts are quoted by libpq.
struct RoleStatements: Sendable {
  private let role: String
  private let dialect: Dialect

  init(_ name: String, on connection: isolated Connection) throws(PostgresError) {
    role = try connection.quoted(identifier: name)
    dialect = Dialect(serverVersion: connection.serverVersion)
  }

  /// - Parameters: all but `sessions` as they stand in SQL, with their quotes.
  func create(verifier: String, validUntil: String, sessions: Int) -> String {
    """
    CREATE ROLE \(role) NOLOGIN
      PASSWORD \(verifier)
      VALID UNTIL \(validUntil)
      CONNECTION LIMIT \(sessions)
    """
  }

  func comment(_ comment: String) -> String {
    """
    COMMENT ON ROLE \(role) IS \(comment)
    """
  }

  /// SET FALSE, where there is such a thing: the holder uses the scope but cannot become it.
  func join(scope: String) -> String {
    dialect.hasMembershipOptions
      ? """
      GRANT \(scope) TO \(role) WITH INHERIT TRUE, SET FALSE, ADMIN FALSE
      """
      : """
      GRANT \(scope) TO \(role)
      """
  }

  /// SET TRUE, and nothing without it: what the holder makes is to be the owner's, and what it does
  /// is done in the owner's name.
  func join(owner: String) -> String {
    dialect.hasMembershipOptions
      ? """
      GRANT \(owner) TO \(role) WITH INHERIT FALSE, SET TRUE, ADMIN FALSE
      """
      : """
      GRANT \(owner) TO \(role)
      """
  }

  /// A convenience for the holder, who can undo it.
  func beginSessions(as owner: String) -> String {
    """
    ALTER ROLE \(role) SET role = \(owner)
    """
  }

  /// The marker is for `pg_hba.conf` and for our own census; it gives nothing.
  func join(marker: String) -> String {
    dialect.hasMembershipOptions
      ? """
      GRANT \(marker) TO \(role) WITH INHERIT FALSE, SET FALSE, ADMIN FALSE
      """
      : """
      GRANT \(marker) TO \(role)
      """
  }

  func leave(scope: String) -> String {
    dialect.hasMembershipOptions
      ? """
      REVOKE \(scope) FROM \(role) GRANTED BY CURRENT_USER
      """
      : """
      REVOKE \(scope) FROM \(role)
      """
  }

  var enableLogin: String {
    """
    ALTER ROLE \(role) LOGIN
    """
  }

  func enableLogin(verifier: String) -> String {
    """
    ALTER ROLE \(role) LOGIN PASSWORD \(verifier)
    """
  }

  /// Sessions do not notice.
  ///
  /// - Parameter time: as it stands in SQL, with its quotes.
  func expire(at time: String) -> String {
    """
    ALTER ROLE \(role) VALID UNTIL \(time)
    """
  }

  /// NOLOGIN is what counts; the rest is for the case that somebody undoes it.
  var fence: String {
    """
    ALTER ROLE \(role) NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity'
    """
  }

  /// Throws other roles out of this one.
  func expel(members: [String]) -> String {
    """
    REVOKE \(role) FROM \(members.joined(separator: ", "))
    """
  }

  /// Makes the admin able to act as the role for a moment.
  var takeOver: String {
    dialect.hasMembershipOptions
      ? """
      GRANT \(role) TO CURRENT_USER WITH INHERIT TRUE, SET TRUE
      """
      : """
      GRANT \(role) TO CURRENT_USER
      """
  }

  var giveBack: String {
    dialect.hasMembershipOptions
      ? """
      REVOKE \(role) FROM CURRENT_USER GRANTED BY CURRENT_USER
      """
      : """
      REVOKE \(role) FROM CURRENT_USER
      """
  }

  var become: String {
    """
    SET ROLE \(role)
    """
  }

  /// What another role owns in this database becomes this one's.
  func inherit(from scope: String) -> String {
    """
    REASSIGN OWNED BY \(scope) TO \(role)
    """
  }

  /// Everything in this database, or nothing.
  var dropOwned: String {
    """
    DROP OWNED BY \(role) RESTRICT
    """
  }

  var drop: String {
    """
    DROP ROLE \(role)
    """
  }
}

extension Statement {
  /// Holds until the end of the transaction, here: of the pipeline.
  static func lockTimeout(milliseconds: Int) -> Statement {
    Statement(
      "SELECT pg_catalog.set_config('lock_timeout', $1, true)", [String(milliseconds)])
  }

  /// The same, for a change that DROP ROLE will follow: the server does not wait until it is on its
  /// disk, which is a good part of what a fence takes. Its log is written in order, so the DROP makes
  /// it durable, too; and when the server dies before that, the role is fenced again.
  static func hurry(lockTimeoutMilliseconds: Int) -> Statement {
    Statement(
      """
      SELECT pg_catalog.set_config('lock_timeout', $1, true),
             pg_catalog.set_config('synchronous_commit', 'off', true)
      """, [String(lockTimeoutMilliseconds)])
  }

  /// As SET ROLE, until the end of the transaction.
  static func become(_ role: String) -> Statement {
    Statement("SELECT pg_catalog.set_config('role', $1, true)", [role])
  }
}
