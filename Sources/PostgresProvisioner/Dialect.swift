/// What differs between the versions of PostgreSQL that we speak to, 14 to 18.
struct Dialect: Sendable {
  /// As `server_version_num`: 150018 for 15.18.
  let serverVersion: Int

  /// 16 made INHERIT and SET options of each membership, and gave each a grantor of its own.
  var hasMembershipOptions: Bool { serverVersion >= 160_000 }

  /// 17 made a privilege of what had been the owner's alone, `VACUUM` and the like.
  var hasMaintain: Bool { serverVersion >= 170_000 }

  /// 17 can end any transaction after a time.
  var hasTransactionTimeout: Bool { serverVersion >= 170_000 }

  /// Whether a session that begins as one of `other` does states all that is to be stated here.
  func hasSettings(of other: Dialect) -> Bool {
    hasMembershipOptions == other.hasMembershipOptions
      && hasTransactionTimeout == other.hasTransactionTimeout
  }
}
