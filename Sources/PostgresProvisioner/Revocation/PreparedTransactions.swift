import AccessCore
import PostgresClient

/// A transaction that outlives its session: it keeps its locks until somebody ends it.
struct PreparedTransaction: Sendable {
  let gid: String
  let owner: String
  let database: String
}

extension RevocationAttempt {
  /// Ends what the role left prepared, in its name or in that of a role that it could become, each
  /// in its own database; hands back how many there were.
  ///
  /// What may be another grant's stays, unless it stands in the way of a fence or of a DROP.
  @discardableResult
  mutating func rollBackPrepared(
    of role: RoleRecord, on server: String
  ) async throws(Obstacle) -> Int {
    let reached = try await reached(besides: role.oid, on: server)
    let prepared = try await step(on: server) { connection in
      try connection.prepared(by: role.oid, or: reached)
    }.value
    for (database, transactions) in Dictionary(grouping: prepared, by: \.database) {
      do throws(ProvisioningError) {
        preparedRolledBack += try await admins.run(.revoking, on: server, apartIn: database) {
          connection in
          try connection.rollBack(transactions)
        }.value
      } catch {
        throw Obstacle(error)
      }
    }
    return prepared.count
  }
}

extension Connection {
  func prepared(
    by oid: UInt32, or reached: [ReachedRole]
  ) throws(PostgresError) -> [PreparedTransaction] {
    let dialect = Dialect(serverVersion: serverVersion)
    // From 16 on the holder cannot become a scope.
    let reached = dialect.hasMembershipOptions ? [] : reached
    let spared = reached.filter { $0.isSpared(dialect) != nil }.map(\.name)
    var transactions: [PreparedTransaction] = []
    let statement = Statement.prepared(
      by: oid, orAnyOf: reached.map(\.name).filter { !spared.contains($0) },
      orHeldByAnyOf: spared)
    for row in try query(statement) {
      transactions.append(
        PreparedTransaction(
          gid: try row.text("gid"), owner: try row.text("owner"),
          database: try row.text("database")))
    }
    return transactions
  }

  /// Only the owner may, so we become the owner, for as long as it takes.
  func rollBack(_ transactions: [PreparedTransaction]) throws(PostgresError) -> Int {
    var count = 0
    for (owner, transactions) in Dictionary(grouping: transactions, by: \.owner) {
      count += try acting(as: owner) { connection throws(PostgresError) in
        var count = 0
        for transaction in transactions where try connection.rollBack(transaction) { count += 1 }
        return count
      }
    }
    return count
  }

  /// False when somebody else ended it, or is just doing so.
  private func rollBack(_ transaction: PreparedTransaction) throws(PostgresError) -> Bool {
    do throws(PostgresError) {
      try execute(
        """
        ROLLBACK PREPARED \(try quoted(literal: transaction.gid))
        """)
      return true
    } catch {
      guard error.sqlState == .undefinedObject || error.sqlState == .notInPrerequisiteCondition
      else { throw error }
      return false
    }
  }
}
