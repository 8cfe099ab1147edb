import Foundation
import Glibc

/// The programs of one major version of PostgreSQL.
struct ThrowAwayPostgresBinaries: Sendable {
  private let folder: String

  /// Those of Debian's packages, or those that `scripts/postgres` has fetched.
  init(major: Int) throws {
    let folders = ["/usr/lib/postgresql/\(major)/bin", "\(Self.fetched)/postgresql-\(major)/bin"]
    guard
      let folder = folders.first(where: {
        FileManager.default.isExecutableFile(atPath: "\($0)/postgres")
      })
    else {
      throw ThrowAwayPostgresError(
        """
        PostgreSQL \(major) is not in \(folders.joined(separator: " or ")); \
        `scripts/postgres \(major)` fetches it
        """)
    }
    self.folder = folder
  }

  private static var fetched: String {
    if geteuid() == 0 { return "/var/cache/jit-tests" }
    let environment = ProcessInfo.processInfo.environment
    return (environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache") + "/jit-tests"
  }

  /// The arguments of `/usr/bin/env` that run one of the programs, never as root.
  ///
  /// In the root folder, because the server's user cannot enter every folder that we may be in.
  func command(_ program: String, _ arguments: [String]) -> [String] {
    ["--chdir=/"] + ThrowAwayPostgresUser.current.prefix + ["\(folder)/\(program)"] + arguments
  }
}

/// Who the server runs as: the server itself refuses to be root.
enum ThrowAwayPostgresUser {
  case ourselves
  case postgres

  static var current: ThrowAwayPostgresUser { geteuid() == 0 ? .postgres : .ourselves }

  var prefix: [String] {
    switch self {
    case .ourselves: []
    case .postgres: ["/usr/sbin/runuser", "-u", "postgres", "--"]
    }
  }

  /// Makes a folder or file of ours theirs.
  func take(_ path: String) throws {
    switch self {
    case .ourselves: return
    case .postgres:
      guard let user = getpwnam("postgres") else {
        throw ThrowAwayPostgresError("there is no user postgres; install postgresql-common")
      }
      if chown(path, user.pointee.pw_uid, user.pointee.pw_gid) != 0 {
        throw ThrowAwayPostgresError(
          "\(path) could not be given to postgres: \(String(cString: strerror(errno)))")
      }
    }
  }
}

/// The test kit itself did not work.
package struct ThrowAwayPostgresError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
