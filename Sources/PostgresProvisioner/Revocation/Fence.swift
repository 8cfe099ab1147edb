import AccessCore
import PostgresClient
import Synchronization

extension RevocationAttempt {
  /// Takes LOGIN away, whatever the holder does against it; hands back why that did not work.
  ///
  /// A holder that changes its own password again and again, or holds the role's row in an open or
  /// a prepared transaction, can make this wait or fail. So it does not wait for long, ends what
  /// is in the way, and tries again.
  mutating func fence(
    _ role: RoleRecord, on server: String
  ) async throws(Obstacle) -> Obstacle? {
    let giveUp = ContinuousClock.now + .seconds(3)
    while true {
      let change: RoleChange
      // What was done stays done, whatever becomes of the look after it.
      let isFenced = Mutex(false)
      do throws(Obstacle) {
        let fencing = try await step(on: server) { connection in
          try connection.fence(role) { isFenced.withLock { $0 = true } }
        }.value
        terminated.formUnion(fencing.sessions)
        change = fencing.change
        fenced = change == .done
      } catch {
        fenced = isFenced.withLock(\.self)
        if fenced, error.cause != .unreachable { return nil }
        // Whatever the server says, there is more that can be done against who is in.
        guard error.cause != .unreachable else { throw error }
        return error
      }
      switch change {
      case .done, .roleIsGone: return nil
      case .blocked(let reason):
        if ContinuousClock.now > giveUp {
          return Obstacle(
            .locked,
            """
            LOGIN of \(role.name) could not be taken away for 3 s: \(reason); \
            end the transaction that holds the role
            """)
        }
      }
      try await terminateSessions(of: role.oid, on: server)
      do throws(Obstacle) {
        try await rollBackPrepared(of: role, on: server)
      } catch {
        // No reason to stop; if it stays the reason that nothing works, this says why.
        notes = [error.note]
      }
    }
  }
}

/// What became of a change to a role that others may be changing, too.
enum RoleChange: Sendable, Equatable {
  case done
  case roleIsGone
  case blocked(String)
}

struct Fencing: Sendable {
  let change: RoleChange
  /// Sessions that were told to end right after it.
  let sessions: Set<Int>
}

extension Connection {
  /// Sessions are told to end without a pause: while they do, others can be fenced.
  ///
  /// - Parameter done: called when nobody can log in any more, before sessions are looked for.
  func fence(_ role: RoleRecord, done: () -> Void) throws(PostgresError) -> Fencing {
    let change = try change([
      .hurry(lockTimeoutMilliseconds: 50),
      Statement(try RoleStatements(role.name, on: self).fence),
    ])
    guard change == .done else { return Fencing(change: change, sessions: []) }
    done()
    let look = try look(terminating: role.oid, and: [], orStarting: false)
    return Fencing(change: change, sessions: look.sessions)
  }

  func change(_ statements: [Statement]) throws(PostgresError) -> RoleChange {
    do throws(PostgresError) {
      _ = try pipeline(statements)
      return .done
    } catch {
      switch error.sqlState {
      case .undefinedObject: return .roleIsGone
      // XX000 is "tuple concurrently updated" or "deleted": catalogs have no better answer to two
      // changes at once.
      case .lockNotAvailable, .internalError, .deadlockDetected: return .blocked("\(error)")
      // The holder's sessions can have all the locks that there are, until they are ended.
      case .outOfMemory: return .blocked("\(error)")
      default: throw error
      }
    }
  }
}
