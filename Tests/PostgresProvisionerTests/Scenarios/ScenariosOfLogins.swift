import AccessCore
import AccessTesting
import PostgresClient
import Testing

extension Scenario {
  /// Coming in, and holding on to the role itself.
  static let logins: [Scenario] = [
    Scenario(name: "nothing") { _ in
      { ending in #expect(ending.found.isEmpty && ending.sessionsEnded == 0) }
    },
    Scenario(name: "a login that pauses in the middle of SCRAM", isAlone: true) { stage in
      let road = try SlowRoad(to: stage.test.server.port)
      var parameters = stage.test.server.parameters(
        user: stage.name, password: stage.role.secret.reveal())
      parameters.port = road.port
      let login = Task { [parameters] in try await Connection.open(parameters) }
      try await eventually("the proof is on its way") { road.isHeld.value }
      return { _ async throws in
        road.letGo()
        await #expect(throws: PostgresError.self) { try await login.value }
      }
    },
    Scenario(name: "a login that sleeps between its check and its session", isAlone: true) {
      stage in
      let login = Task { try await stage.test.login(stage.role, options: "-c post_auth_delay=4") }
      try await stage.test.waitUntilLoginSleeps(stage.name)
      return { ending async throws in
        #expect(ending.sessionsEnded == 1)
        // The server may still have told the client that it is in, and ended it with that.
        let late = await #expect(throws: PostgresError.self) {
          try await login.value.query("SELECT 1")
        }
        #expect(late?.kind == .unreachable)
      }
    },
    Scenario(name: "20 clients that come back all the time", isAlone: true) { stage in
      let storm = try await Storm(of: 20, on: stage) { _ = try await $0.query("SELECT 1") }
      return { _ in try await storm.expectKeptOut() }
    },
    Scenario(name: "clients that change their own role in a loop", isAlone: true) { stage in
      let sql = "ALTER ROLE \(stage.name) PASSWORD '\(stage.role.secret.reveal())'"
      let storm = try await Storm(of: 8, on: stage) { connection in
        for _ in 0..<50 { try await connection.execute(sql) }
      }
      return { _ in try await storm.expectKeptOut() }
    },
    Scenario(name: "an open transaction that changes the role") { stage in
      let session = try await stage.enter()
      try await session.execute("BEGIN; ALTER ROLE \(stage.name) PASSWORD 'mine'")
      return { ending in #expect(ending.sessionsEnded == 1) }
    },
    Scenario(name: "a prepared transaction that changes the role, and one elsewhere") { stage in
      let session = try await stage.enter()
      try await session.execute("BEGIN; ALTER ROLE \(stage.name) PASSWORD 'mine'")
      try await session.execute("PREPARE TRANSACTION '\(stage.name)''s row'")
      let elsewhere = try await stage.enter("other")
      try await elsewhere.execute("BEGIN; CREATE TABLE \(stage.scope).t ()")
      try await elsewhere.execute("PREPARE TRANSACTION '\(stage.name) elsewhere'")
      return { ending in #expect(ending.preparedRolledBack == 2 && ending.objectsDropped == 0) }
    },
    Scenario(name: "a transaction that was prepared as the scope", versions: 14...15) { stage in
      let session = try await stage.enter()
      try await session.execute("SET ROLE \(stage.scope)")
      try await session.execute("BEGIN; CREATE TABLE \(stage.scope).t ()")
      try await session.execute("PREPARE TRANSACTION '\(stage.name)'")
      return { ending async throws in
        #expect(ending.preparedRolledBack == 1)
        let isMember = "SELECT pg_has_role('jit_broker', '\(stage.scope)', 'MEMBER')"
        #expect(try await stage.read(isMember) == ["f"])
      }
    },
    Scenario(name: "a password and settings of the holder's own") { stage in
      let session = try await stage.enter()
      try await session.execute(
        """
        ALTER ROLE \(stage.name) PASSWORD 'mine';
        ALTER ROLE \(stage.name) SET work_mem = '1MB';
        ALTER ROLE \(stage.name) IN DATABASE other SET role = 'none';
        """)
      return { _ async throws in
        await #expect(throws: PostgresError.self) {
          try await stage.test.server.connect(user: stage.name, password: "mine")
        }
      }
    },
    Scenario(name: "somebody whom the holder let in", versions: 14...14) { stage in
      let guest = "\(stage.scope)_guest"
      try await stage.test.execute("CREATE ROLE \(guest) LOGIN PASSWORD 'guest'")
      try await stage.enter().execute("GRANT \(stage.name) TO \(guest)")
      let session = try await stage.test.server.connect(user: guest, password: "guest")
      try await session.execute("SET ROLE \(stage.scope)")
      return { ending async throws in
        #expect(ending.sessionsEnded == 2)
        await #expect(throws: PostgresError.self) { try await session.query("SELECT 1") }
        #expect(try await stage.test.exists(guest))
      }
    },
  ]
}
