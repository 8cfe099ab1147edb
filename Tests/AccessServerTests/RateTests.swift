import AccessCore
import Testing

@Suite("how often somebody may call")
struct RateTests {
  @Test("after 600 writes in a minute a caller has to wait, and nobody else has to")
  func writes() async throws {
    try await withBroker { test in
      let (alice, bob) = (try await test.client("alice"), try await test.client("bob"))
      for _ in 0..<Limits.writesPerWindowMax {
        let reply = try await alice.post("/v1/requests/00000000/cancel")
        #expect(reply.verdict == "404 unknown-request")
      }
      #expect(try await alice.post("/v1/requests", sampleAsk).verdict == "429 too-many")
      #expect(try await bob.post("/v1/requests", sampleAsk).verdict == "201")
      #expect(try await alice.get("/v1/requests").verdict == "200")
    }
  }

  @Test("refused attempts of one kind are one entry, however many there are")
  func refusals() async throws {
    try await withBroker { test in
      let eve = try await test.client("eve")
      let before = await test.entryCount
      for number in 0..<50 {
        let id = RequestID(bits: UInt64(number)).text
        #expect(try await eve.post("/v1/requests/\(id)/cancel").status == 404)
        #expect(try await eve.get("/v1/requests/\(id)").status == 404)
        #expect(try await eve.post("/v1/requests", sampleAsk).status == 403)
      }
      #expect(await test.entryCount == before + 3)
    }
  }
}
