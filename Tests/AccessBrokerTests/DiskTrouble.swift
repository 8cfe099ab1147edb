import GRDB

extension TestBroker {
  /// Makes every transaction of the ledger fail in SQLite, as a full disk does.
  func breakDisk() throws {
    try change(
      """
      CREATE TRIGGER full BEFORE INSERT ON nodes
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
      """)
  }

  func mendDisk() throws { try change("DROP TRIGGER full") }

  /// Changes the file behind the broker's back.
  func change(_ sql: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    let file = try DatabaseQueue(path: statePath + "/ledger.sqlite", configuration: configuration)
    try file.write { db in try db.execute(sql: sql) }
  }
}
