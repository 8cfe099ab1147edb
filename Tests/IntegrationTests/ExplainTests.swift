import AccessAPI
import AccessCore
import AccessTesting
import Testing

@Suite("What people are told before they ask and before they decide", .timeLimit(.minutes(5)))
struct ExplainTests {
  @Test("each rule says whether it lets somebody ask, who could approve, and if not, why")
  func rules() async throws {
    try await withLiveBroker { broker in
      func explained(_ person: String, _ arguments: String...) async throws -> LiveRun {
        try await broker.jit(
          as: person, ["policy", "explain", "--db", "orders_PROD", "--role", "write"] + arguments)
      }
      #expect(
        try await explained("alice", "--for", "30m").succeeded().text == """
          orders-write: yes, at most 1h
            needs    1 of backend: bob or carol

          """)
      #expect(
        try await explained("alice", "--for", "2h").succeeded().text == """
          orders-write: no
            because  2h is more than 1h

          """)
      let others: [ExplanationView] = try await explained(
        "dana", "--for", "30m", "--as", "audrey", "-o", "json"
      ).json()
      #expect(others.map(\.allowed) == [false])
      #expect(
        others.flatMap(\.objections) == ["it is for backend, and audrey is not among them"])
      try await explained("alice", "--for", "30m", "--as", "bob")
        .expectRefused(77, saying: "operate")
      let kinds = try await broker.entries().map(\.kind)
      #expect(!kinds.contains(.requestSubmitted))
    }
  }

  @Test("a request shows what it would give, who decides, and what the requester had there before")
  func request() async throws {
    try await withLiveBroker { broker in
      let before = try await broker.approved()
      try await broker.credentials(before)
      try await broker.jit(as: "alice", "release", before).succeeded()
      try await broker.expectEnded(before, cause: .released, within: .seconds(20))

      let id = try await broker.ask().id
      let shown = try await broker.show(id)
      let rights = ["SELECT", "INSERT", "UPDATE", "DELETE"]
      #expect(
        shown.tableAccess
          == TableAccessView(tables: [.init(name: "public.orders", privileges: rights)], more: 0))
      #expect(shown.lastGrants?.map(\.id) == [before])
      #expect(shown.lastGrants?.map(\.cause) == ["released"])

      let text = try await broker.jit(as: "bob", "show", id).succeeded().text
      for words in [
        "  needs        1 of backend: bob or carol\n", "  lapses       ",
        "  last here    \(before): write, ", "can review: jit approve \(id)",
        "  GRANT \"\(broker.database.scope)\" TO ",
        "\nit lets one do with tables\n  public.orders: SELECT, INSERT, UPDATE, DELETE\n",
      ] { #expect(text.contains(words), "\(words) in \(text)") }
      let own = try await broker.jit(as: "alice", "show", id).succeeded().text
      #expect(own.contains("cannot review: nobody reviews their own request"))
    }
  }
}
