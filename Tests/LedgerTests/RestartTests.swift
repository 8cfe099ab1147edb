import AccessCore
import AccessTesting
import Testing
import TransparencyLog

@testable import Ledger

@Suite("A restart")
struct RestartTests {
  @Test("finds the same state, whatever has happened", arguments: 1...12)
  func sameState(_ seed: UInt64) async throws {
    let home = try Home()
    var history = RandomHistory(seed: seed, clock: home.clock)
    for _ in 0..<4 {
      let ledger = try await home.open()
      for _ in 0..<60 {
        _ = await ledger.append(history.next(after: ledger.state))
      }
      let (state, requests) = (ledger.state, try await everyRequest(ledger))
      try await expectSound(home, ledger)

      let reopened = try await home.open()
      #expect(reopened.state == state)
      #expect(try await everyRequest(reopened) == requests)
      #expect(try await home.scrubbed() == nil)
    }
  }

  private func everyRequest(_ ledger: Ledger) async throws -> [Request] {
    try await ledger.requests(limit: 10_000)
  }

  @Test("these histories have every kind that the core makes")
  func variety() throws {
    var kinds: Set<EventKind> = []
    for seed in UInt64(1)...12 {
      let clock = ManualClock()
      var (history, state) = (RandomHistory(seed: seed, clock: clock), State())
      for _ in 0..<180 {
        let proposal = history.next(after: state)
        guard case .success(let events) = proposal.decide(state, clock.now) else { continue }
        for event in events {
          kinds.insert(event.kind)
          state.apply(
            Entry(
              seq: state.nextSeq, at: clock.now, author: proposal.author, nonce: [], event: event))
        }
      }
    }
    // These need a new ledger, a policy that changes under an approval or does not load, a
    // stranger's role, a clock behind the ledger, an operator, and more patience than these have.
    let others: Set<EventKind> = [
      .logOpened, .requestReopened, .policyRefused, .orphanFound, .clockAnomaly, .requestLapsed,
      .openingErased, .rollbackFound, .heartbeat, .scopesApplying, .scopesApplied,
    ]
    let missing = Set(EventKind.allCases).subtracting(kinds).subtracting(others)
    #expect(missing.isEmpty)
  }

  @Test("reads what is live, not what is history")
  func closedHistory() async throws {
    let home = try Home()
    let ledger = try await home.open()
    for first in stride(from: UInt64(0), to: 2_000, by: 200) {
      let ids = (first..<first + 200).map { RequestID(bits: $0) }
      try await ledger.append(ids.map { Sample.submitted($0) })
      try await ledger.append(ids.map { .requestDenied($0) })
    }
    let open = Sample.id("ZZZZZZZZ")
    try await ledger.append(Sample.submitted(open))
    #expect(try home.count("entries") == 4_002)
    #expect(try home.count("live") == 2, "the opening of the log and the one open request")

    let reopened = try await home.open()
    #expect(reopened.state == ledger.state)
    #expect(reopened.state.requests.values.map(\.id.text) == [open.text])
    let closed = try #require(try await reopened.request(RequestID(bits: 77)))
    #expect(closed.isClosed, "history is still there for who asks")
  }

  @Test("the newest policy is what counts, and its texts are kept")
  func policies() async throws {
    let home = try Home()
    for byte in UInt8(1)...5 {
      let ledger = try await home.open()
      _ = try await ledger.append(
        Proposal(by: .system, document: Document(digest: Sample.digest(byte), bytes: [byte])) {
          _, _ in
          .success([.policyLoaded(PolicyLoaded(digest: Sample.digest(byte)))])
        }
      ).get()
    }
    let ledger = try await home.open()
    #expect(ledger.state.policy == Sample.digest(5))
    #expect(try home.count("live") == 2)
    #expect(try await ledger.document(Sample.digest(3)) == [3])
    #expect(try await ledger.document(Sample.digest(9)) == nil)
  }

  @Test("a kind that this version does not know is skipped, and the tree goes on")
  func unknownKind() async throws {
    let home = try Home()
    try await insertLast(home, changing: ("audit.exported", "moon.phase"))
    let ledger = try await home.open()
    #expect(ledger.state.nextSeq == 3)
    try await ledger.append(Sample.exported(3))
    let bodies = try home.bodies()
    #expect(try home.checkpoint(await ledger.verifierKey).root == merkleTreeHash(bodies[...]))
  }

  @Test("a version that it does not know stops the start")
  func unknownVersion() async throws {
    let home = try Home()
    try await insertLast(home, changing: (#""v":1"#, #""v":2"#))
    let error = await #expect(throws: EntryError.self) { try await home.open() }
    #expect(error?.description == "entry 2 is of a version that this program does not know")
  }

  /// Makes a ledger whose last entry, a live one, was written by a later version of the program.
  private func insertLast(_ home: Home, changing change: (from: String, to: String)) async throws {
    try await home.open().append(Sample.exported(1))
    let entry = Entry(
      seq: 2, at: home.clock.now, author: .system, nonce: Array(repeating: 1, count: 16),
      event: Sample.exported(2))
    let text = String(decoding: try EntryCodec.encode(entry), as: UTF8.self)
    let body = Array(text.replacing(change.from, with: change.to).utf8)
    #expect(Array(text.utf8) != body)
    try await insert(body, as: entry, into: home)
  }

  private func insert(_ body: [UInt8], as entry: Entry, into home: Home) async throws {
    let signer = try SigningKey.load(
      home.directory.signingKeyPath, name: KeyName(Home.origin + "#1"))
    let store = try Store(home.ledgerPath)
    var batch = Batch(from: State())
    batch.entries = [entry]
    batch.bodies = [body]
    let frontier = try store.verify(store.load(), by: signer.verifierKey).frontier
    _ = try await store.write(batch, after: frontier, signer: signer, failpoint: { _ in })
    try home.change("INSERT INTO live (subject, seq) VALUES ('policy', 2)")
  }
}
