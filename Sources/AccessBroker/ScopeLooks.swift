import AccessCore
import Ledger
import Threads

/// What scopes were at one moment, and how that is kept.
struct ScopeLook: Sendable {
  let snapshot: OwnerSnapshot
  let document: Document
}

/// Looks at scopes, one at a time for the same ones: many grants begin and end together, and one
/// look serves all of them.
actor ScopeLooks {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  struct Place: Hashable, Sendable {
    let access: DatabaseAccess
    let scopes: [String]
    let before: [String]
  }

  private struct Taken {
    let began: ContinuousClock.Instant
    let look: Task<Result<ScopeLook, ProvisioningError>, Never>
    var isOver = false
  }

  private struct Pair: Hashable {
    let before: Digest
    let now: Digest
  }

  private var taken: [Place: Taken] = [:]
  private var compared: [Pair: [Residue]] = [:]

  func changes(from before: Digest, to now: Digest) -> [Residue]? {
    compared[Pair(before: before, now: now)]
  }

  func remember(_ changes: [Residue], from before: Digest, to now: Digest) {
    if compared.count > 100 { compared = [:] }
    compared[Pair(before: before, now: now)] = changes
  }

  /// A look that began no earlier than `earliest`: one that somebody else has taken, or a new one.
  func look(
    at place: Place, begunAfter earliest: ContinuousClock.Instant,
    _ take: @escaping @Sendable () async -> Result<ScopeLook, ProvisioningError>
  ) async -> Result<ScopeLook, ProvisioningError> {
    while let last = taken[place] {
      if last.began >= earliest { return await last.look.value }
      // Too early for us: whoever waits for its end with us shares the next one.
      guard !last.isOver else { break }
      _ = await last.look.value
      if taken[place]?.began == last.began { taken[place]?.isOver = true }
    }
    // As many as the policy has roles; a policy that changes all the time must not add up.
    if taken.count > 1_000 { taken = taken.filter { !$0.value.isOver } }
    let began = ContinuousClock.now
    let look = Task(executorPreference: ThreadPool.ending) { await take() }
    taken[place] = Taken(began: began, look: look)
    let result = await look.value
    if taken[place]?.began == began {
      // What failed is tried again.
      if case .failure = result { taken[place] = nil } else { taken[place]?.isOver = true }
    }
    return result
  }
}
