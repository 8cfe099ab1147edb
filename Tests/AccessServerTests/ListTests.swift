import AccessCore
import Testing

@Suite("lists")
struct ListTests {
  @Test("each scope lists its own")
  func scopes() async throws {
    try await withBroker { test in
      let pending = try await test.request(.pending)
      let active = try await test.request(.active)
      let ended = try await test.request(.ended)
      let (alice, dana) = (try await test.client("alice"), try await test.client("dana"))
      #expect(try await alice.ids("requests") == [pending, active].sorted())
      #expect(try await alice.ids("requests?scope=open") == [pending, active].sorted())
      #expect(try await alice.ids("requests?scope=mine") == [pending, active, ended].sorted())
      #expect(try await alice.ids("requests?scope=to-review") == [])
      #expect(try await dana.ids("requests?scope=mine") == [])
      #expect(try await dana.ids("requests?scope=to-review") == [pending])
      #expect(try await dana.ids("requests?scope=all") == [pending, active, ended].sorted())
      #expect(try await alice.ids("requests?scope=all&state=pending") == [pending])
      #expect(try await alice.ids("grants") == [active])
      #expect(try await alice.ids("grants?scope=all") == [active, ended].sorted())
    }
  }

  @Test("the newest comes first, and lists show no SQL")
  func order() async throws {
    try await withBroker { test in
      var ids: [JSON] = []
      for _ in 0..<3 {
        ids.insert(.string(try await test.request(.pending)), at: 0)
        test.advance(byMs: 1_000)
      }
      for scope in ["open", "mine", "all"] {
        let list = try await test.client("alice").get("/v1/requests?scope=\(scope)").json()
        guard case .array(let items) = list else { throw ConnectionError("not a list") }
        #expect(items.map { $0["id"] ?? .null } == ids)
        #expect(items.allSatisfy { $0["sql"] == .null })
      }
    }
  }

  @Test("what is waiting for somebody else's review is nobody's to see but theirs")
  func strangers() async throws {
    try await withBroker { test in
      _ = try await test.request(.pending)
      let (bob, eve) = (try await test.client("bob"), try await test.client("eve"))
      for scope in ["open", "mine", "to-review", "all"] {
        // bob may ask for the same, which does not make alice's request his to see.
        #expect(try await bob.ids("requests?scope=\(scope)") == [])
        #expect(try await eve.ids("requests?scope=\(scope)") == [])
      }
    }
  }
}

extension HTTPClient {
  /// The ids that a list has, sorted.
  fileprivate func ids(_ list: String) async throws -> [String] {
    guard case .array(let items) = try await get("/v1/\(list)").json() else {
      throw ConnectionError("not a list")
    }
    return items.compactMap { $0["id"]?.text }.sorted()
  }
}
