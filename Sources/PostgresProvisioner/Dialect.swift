import AccessCore

/// What differs between the versions of PostgreSQL that we speak to. One that is newer than all of them
/// is spoken to like the newest: grants that are live when a server is upgraded end on it.
struct Dialect: Sendable {
  /// As `server_version_num`: 150018 for 15.18.
  let serverVersion: Int

  /// Nil when it is among those on which the broker was tried.
  func danger(tested: ClosedRange<Int>) -> FoundDanger? {
    let major = serverVersion / 10_000
    guard !tested.contains(major) else { return nil }
    return FoundDanger(
      .untestedVersion,
      "nobody has tried PostgreSQL \(major), only \(tested.lowerBound) to \(tested.upperBound)")
  }

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
