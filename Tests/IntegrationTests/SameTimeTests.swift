import AccessAPI
import AccessCore
import AccessTesting
import PostgresClient
import Testing

@Suite("Two things at the same time", .timeLimit(.minutes(10)))
struct SameTimeTests {
  @Test("two approvals are one approval")
  func approvals() async throws {
    try await withLiveBroker { broker in
      for person in ["bob", "carol"] { _ = try await broker.token(of: person) }
      for _ in 1...5 {
        let id = try await broker.ask().id
        async let bob = broker.jit(as: "bob", "approve", id)
        async let carol = broker.jit(as: "carol", "approve", id)
        let statuses = [try await bob.status, try await carol.status]
        #expect(statuses.contains(0))
        #expect(statuses.allSatisfy { $0 == 0 || $0 == 73 }, "\(statuses)")
        #expect(try await broker.count(.requestApproved, of: id) == 1)
        #expect(try await broker.show(id).state == "approved")
      }
    }
  }

  @Test("two activations are one grant and one role, and the last password holds")
  func activations() async throws {
    try await withLiveBroker { broker in
      for _ in 1...5 {
        let id = try await broker.approved()
        async let one = broker.credentials(id)
        async let two = broker.credentials(id)
        let given = [try await one, try await two]
        #expect(try await broker.database.roles(of: id).count == 1)
        let entries = try await broker.entries().filter { $0.request == id }
        #expect(entries.count { $0.kind == .grantActivating } == 1)
        #expect(entries.count { $0.kind == .grantActivated } == 1)
        #expect(entries.count { $0.kind == .credentialReissued } == 1)
        var logins = 0
        for credentials in given {
          let password = try #require(credentials.password)
          do throws(PostgresError) {
            try await broker.database.login(user: credentials.user, password: password).close()
            logins += 1
          } catch { #expect(error.sqlState == .invalidPassword) }
        }
        #expect(logins == 1)
      }
    }
  }

  @Test("a request that is sent again with its key is one request")
  func sameKey() async throws {
    try await withLiveBroker { broker in
      let body = Array(
        #"{"database":"orders_PROD","role":"write","duration":"30m","reason":"INC-42"}"#.utf8)
      async let first = broker.post(Path.requests, as: "alice", key: "key-1", body)
      async let second = broker.post(Path.requests, as: "alice", key: "key-1", body)
      let answers = [try await first, try await second]
      #expect(answers.map(\.status) == [201, 201])
      let ids = try Set(answers.map { try $0.json(RequestView.self).id })
      #expect(ids.count == 1)

      let other = Array(
        #"{"database":"orders_PROD","role":"write","duration":"31m","reason":"INC-42"}"#.utf8)
      let refused = try await broker.post(Path.requests, as: "alice", key: "key-1", other)
      #expect(refused.status == 422)
      #expect(try refused.json(Problem.self).code == .keyReused)
      // Keys are each person's own.
      let others = try await broker.post(Path.requests, as: "carol", key: "key-1", body)
      #expect(try Set([others.json(RequestView.self).id]).isDisjoint(with: ids))
      let submitted = try await broker.entries().filter { $0.kind == .requestSubmitted }
      #expect(submitted.count == 2)
    }
  }

  @Test("an activation that is sent again with its key tells no password")
  func sameKeyOfActivation() async throws {
    try await withLiveBroker { broker in
      let id = try await broker.approved()
      let path = Path.request(id, .activate)
      let first = try await broker.post(path, as: "alice", key: "key-2")
        .json(CredentialsView.self)
      let password = try #require(first.password)
      let second = try await broker.post(path, as: "alice", key: "key-2")
        .json(CredentialsView.self)
      #expect(second.password == nil)
      #expect(second.uri == nil)
      #expect(second.user == first.user)
      try await broker.database.login(user: first.user, password: password).close()
      #expect(try await broker.count(.credentialReissued, of: id) == 0)
    }
  }

  @Test("two hundred requests are two hundred, and nobody blames the clock")
  func burst() async throws {
    try await withLiveBroker { broker in
      _ = try await broker.token(of: "alice")
      let ids = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 1...200 {
          group.addTask {
            let body =
              #"{"database":"orders_PROD","role":"write","duration":"5m","reason":"INC-\#(number)"}"#
            let answer = try await broker.post(
              Path.requests, as: "alice", key: "burst-\(number)", Array(body.utf8))
            return try answer.json(RequestView.self).id
          }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      let entries = try await broker.entries()
      #expect(entries.map(\.seq) == Array(0..<Int64(entries.count)))
      #expect(Set(entries.filter { $0.kind == .requestSubmitted }.compactMap(\.request)) == ids)
      #expect(ids.count == 200)
      #expect(entries.count { $0.kind == .clockAnomaly } == 0)
    }
  }
}
