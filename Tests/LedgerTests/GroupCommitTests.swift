import AccessCore
import AccessTesting
import Dispatch
import Synchronization
import Testing

@testable import Ledger

@Suite("Group commit")
struct GroupCommitTests {
  /// Stands in the writer's way: the failpoint is reached once in each transaction, before its
  /// commit.
  final class Gate: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let count = Counter()
    private let isClosed = Mutex(false)

    var transactions: Int { count.value }

    func close() { isClosed.withLock { $0 = true } }

    func open() {
      isClosed.withLock { $0 = false }
      gate.signal()
    }

    func pass(_ failpoint: Failpoint) {
      guard failpoint == .entriesInserted else { return }
      count.add()
      // The thread that waits is SQLite's writer, not one that tasks need.
      if isClosed.withLock({ $0 }) { gate.wait() }
    }
  }

  @Test("proposals that wait together share one transaction, and each sees those before it")
  func shared() async throws {
    let (home, gate) = (try Home(), Gate())
    let ledger = try await home.open(failpoint: gate.pass)
    gate.close()
    async let first = ledger.append(Sample.exported(0))
    try await eventually("the first one is being written") { gate.transactions == 2 }

    let (begun, decided) = (Counter(), Counter())
    let seen = try await withThrowingTaskGroup(of: (Int64, Int64).self) { tasks in
      for _ in 0..<200 {
        tasks.addTask {
          begun.add()
          let outcome = try await ledger.append(
            Proposal(by: .system) { state, _ in
              decided.add()
              return .success([Sample.exported(state.nextSeq)])
            }
          ).get()
          guard case .auditExported(let event)? = outcome.events.first else {
            throw EntryError("of another kind")
          }
          return (event.size, outcome.state.nextSeq)
        }
      }
      try await eventually("all of them were begun") { begun.value == 200 }
      // The ledger takes calls in turn, so what was begun is in its queue after these.
      for _ in 0..<1_000 { _ = ledger.state }
      #expect(decided.value == 0, "none before its turn")
      gate.open()
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    _ = try await first

    #expect(gate.transactions < 10, "the opening, the first one, and the others together")
    #expect(seen.map(\.0).sorted() == Array(2..<202), "each one's number, as its decision saw it")
    #expect(seen.allSatisfy { $0.1 == $0.0 + 1 }, "the state that it got back has it, and no more")
    try await expectSound(home, ledger)
  }

  @Test("however much proposals hold that wait together, each commit has an end")
  func bounded() async throws {
    let (home, gate) = (try Home(), Gate())
    let ledger = try await home.open(failpoint: gate.pass)
    gate.close()
    async let first = ledger.append(Sample.exported(0))
    try await eventually("the first one is being written") { gate.transactions == 2 }
    let begun = Counter()
    let large = Proposal(by: .system) { _, _ in
      .success(Array(repeating: Sample.exported(1), count: Limits.commitEntriesMax / 2))
    }
    try await withThrowingTaskGroup { tasks in
      for _ in 0..<4 {
        tasks.addTask {
          begun.add()
          _ = try await ledger.append(large).get()
        }
      }
      try await eventually("all of them were begun") { begun.value == 4 }
      for _ in 0..<1_000 { _ = ledger.state }
      gate.open()
      try await tasks.waitForAll()
    }
    _ = try await first
    #expect(gate.transactions >= 4, "two of them fill a commit")
    #expect(try home.count("entries") == 2 + 2 * Limits.commitEntriesMax)
    try await expectSound(home, ledger)
  }

  @Test("nobody is answered before the commit")
  func durableFirst() async throws {
    let (home, gate) = (try Home(), Gate())
    let ledger = try await home.open(failpoint: gate.pass)
    gate.close()
    let answers = Counter()
    let append = Task {
      try await ledger.append(Sample.exported(0))
      answers.add()
    }
    try await eventually("it is being written") { gate.transactions == 2 }
    #expect(answers.value == 0)
    #expect(ledger.state.nextSeq == 1, "nor does the state have it")
    #expect(try home.count("entries") == 1)
    gate.open()
    try await append.value
    #expect(try home.count("entries") == 2)
  }

  @Test("one that is refused takes nothing from those beside it")
  func refusalAmongOthers() async throws {
    let (home, gate) = (try Home(), Gate())
    let ledger = try await home.open(failpoint: gate.pass)
    gate.close()
    async let first = ledger.append(Sample.exported(0))
    try await eventually("the first one is being written") { gate.transactions == 2 }
    let refusal = Refusal(.notEntitled, "no")
    let outcomes = await withTaskGroup { tasks in
      for number in 0..<20 {
        tasks.addTask {
          await ledger.append(
            Proposal(by: .system) { _, _ in
              number.isMultiple(of: 2) ? .failure(refusal) : .success([Sample.exported(1)])
            })
        }
      }
      gate.open()
      return await tasks.reduce(into: []) { $0.append($1) }
    }
    _ = try await first
    #expect(outcomes.count { if case .failure(refusal) = $0 { true } else { false } } == 10)
    #expect(try home.count("entries") == 12)
    try await expectSound(home, ledger)
  }
}

/// Counts what happens in several tasks.
final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }

  func add() { count.withLock { $0 += 1 } }
}
