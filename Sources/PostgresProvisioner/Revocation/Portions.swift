import AccessCore
import PostgresClient

/// What became of many statements.
struct Portions: Sendable {
  var done = 0
  /// The first one, of a statement by itself.
  var refusal: PostgresError?
  /// False when time was up, or the server had no room for any one of them.
  var isFinished = true
  /// A portion was too much for the server as it is.
  var wasTooMuch = false

  mutating func add(_ other: Portions) {
    done += other.done
    refusal = refusal ?? other.refusal
    isFinished = isFinished && other.isFinished
    wasTooMuch = wasTooMuch || other.wasTooMuch
  }
}

extension Connection {
  /// Runs the statements in the column `sql` of what `query` finds, portion by portion, each in one
  /// transaction: what was done stays done, and the server's lock table stays the application's. The
  /// holder chooses how many there are, so they are read a portion at a time, too.
  ///
  /// A portion that is refused goes statement by statement; one that is refused leaves no reason to
  /// leave the others out.
  ///
  /// - Parameter query: `weight` is about how many locks a statement takes.
  func executeEach(
    of query: Statement, until deadline: ContinuousClock.Instant, ending: String = ""
  ) throws(PostgresError) -> Portions {
    _ = try self.query(
      Statement(
        "DECLARE jit_statements NO SCROLL CURSOR WITH HOLD FOR \(query.sql)", query.parameters))
    let result: Result<Portions, PostgresError>
    do throws(PostgresError) {
      result = .success(try executeFetched(until: deadline, ending: ending))
    } catch {
      result = .failure(error)
    }
    if isUsable { try execute("CLOSE jit_statements") }
    return try result.get()
  }

  private func executeFetched(
    until deadline: ContinuousClock.Instant, ending: String
  ) throws(PostgresError) -> Portions {
    var portions = Portions()
    var portion: [String] = []
    var weight = 0
    while true {
      let rows = try query(Statement("FETCH \(Limits.portionMax) FROM jit_statements"))
      for row in rows {
        portion.append(try row.text("sql") + ending)
        weight += try row.int("weight")
        // What has no room together may have it one by one.
        guard weight >= Limits.portionMax || portions.wasTooMuch else { continue }
        portions.add(try executeTogether(portion, until: deadline))
        (portion, weight) = ([], 0)
        if !portions.isFinished { return portions }
      }
      if rows.count < Limits.portionMax { break }
    }
    portions.add(try executeTogether(portion, until: deadline))
    return portions
  }

  private func executeTogether(
    _ statements: [String], until deadline: ContinuousClock.Instant
  ) throws(PostgresError) -> Portions {
    if statements.isEmpty { return Portions() }
    if ContinuousClock.now > deadline { return Portions(isFinished: false) }
    let whole = try attempt(statements.joined(separator: ";\n"))
    guard let whole else { return Portions(done: statements.count) }
    let wasTooMuch = whole.isForLackOfRoom
    if statements.count == 1 { return Portions(refusal: whole, isFinished: !wasTooMuch) }
    var portions = Portions(wasTooMuch: wasTooMuch)
    for statement in statements {
      portions.add(try executeTogether([statement], until: deadline))
      if !portions.isFinished { break }
    }
    return portions
  }

  /// Hands back what the server said against it.
  private func attempt(_ sql: String) throws(PostgresError) -> PostgresError? {
    do throws(PostgresError) { try execute(sql) } catch {
      guard case .server = error.kind else { throw error }
      return error
    }
    return nil
  }
}

extension PostgresError {
  /// To try again soon would take the room from others again: locks, memory, disk, connections.
  var isForLackOfRoom: Bool { sqlState?.rawValue.hasPrefix("53") ?? false }
}
