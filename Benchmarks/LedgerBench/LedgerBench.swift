import AccessCore
import Foundation
import GRDB
import Ledger

/// What the benchmark `ledger` needs from inside: a ledger under load, and one with many entries.
@main
struct LedgerBench {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("append", 4):
      try await append(
        into: arguments[1], writers: number(arguments[2]), seconds: number(arguments[3]))
    case ("plain", 3): try plain(into: arguments[1], seconds: number(arguments[2]))
    case ("fill", 3): try await fill(arguments[1], entries: number(arguments[2]))
    default:
      FileHandle.standardError.write(
        Data(
          """
          usage: LedgerBench append DIRECTORY WRITERS SECONDS
                 LedgerBench plain DIRECTORY SECONDS
                 LedgerBench fill DIRECTORY ENTRIES

          """.utf8))
      exit(64)
    }
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text), number > 0 else { throw NotANumber(text: text) }
    return number
  }

  private struct NotANumber: Error { let text: String }

  /// That of scripts/lib/stage.sh, so that a jitd can take the state over.
  private static let origin = "jit.example.com/stage"

  private static func open(_ directory: String) async throws -> Ledger {
    try await Ledger(
      in: StateDirectory(taking: directory), origin: origin,
      clock: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) })
  }

  /// An entry of about the size that most have.
  private static func proposal(_ number: Int) -> Proposal {
    Proposal(by: .system) { _, _ in
      .success([
        .orphanFound(
          OrphanFound(
            database: database,
            role: RoleIdentity(
              name: "jit_somebody_with_a_name_\(number)", oid: UInt32(truncatingIfNeeded: number),
              systemIdentifier: "7300000000000000001"),
            removed: true))
      ])
    }
  }

  private static let database: DatabaseName = {
    guard let name = DatabaseName("orders_PROD") else {
      // A literal that has the form of a name.
      preconditionFailure("orders_PROD is no name")
    }
    return name
  }()

  /// Durable appends in a second, with so many writers that each wait for their own.
  private static func append(into directory: String, writers: Int, seconds: Int) async throws {
    let ledger = try await open(directory)
    let end = ContinuousClock.now + .seconds(seconds)
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      for writer in 0..<writers {
        group.addTask {
          var count = 0
          while ContinuousClock.now < end {
            guard try await ledger.append(proposal(writer * 1_000_000 + count)).get().durable
            else { throw StoreRefuses() }
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    print(count / seconds)
  }

  private struct StoreRefuses: Error {}

  /// Commits of one row in a second, by SQLite with the same settings and no tree.
  private static func plain(into directory: String, seconds: Int) throws {
    let file = try DatabaseQueue(path: directory + "/plain.sqlite")
    let body = Data(repeating: 0x78, count: 330)
    try file.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      try db.execute(sql: "CREATE TABLE entries (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)")
      let statement = try db.makeStatement(sql: "INSERT INTO entries (body) VALUES (?)")
      let end = ContinuousClock.now + .seconds(seconds)
      var count = 0
      while ContinuousClock.now < end {
        try statement.execute(arguments: [body])
        count += 1
      }
      print(count / seconds)
    }
  }

  /// Makes a ledger of so many entries.
  private static func fill(_ directory: String, entries: Int) async throws {
    let ledger = try await open(directory)
    var made = 0
    while made < entries {
      let size = min(Limits.commitEntriesMax, entries - made)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in made..<made + size {
          group.addTask { _ = try await ledger.append(proposal(number)).get() }
        }
        try await group.waitForAll()
      }
      made += size
    }
  }
}
