import AccessCore
import Glibc
import Synchronization
import Threads
import TransparencyLog

/// The append-only log, and the state that it adds up to. One of these, and one writer in it.
///
/// Proposals that wait together share one transaction, one checkpoint and one fsync. Each of them
/// sees the state that the ones before it leave.
package actor Ledger {
  private nonisolated let lane = SerialLane(on: .writing)
  package nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  /// What is open and live, as it is on disk, and what the disk still owes. Who reads it does not
  /// wait for the writer, whatever that is at.
  package private(set) nonisolated var state: State {
    get { published.withLock { $0.state } }
    set { published.withLock { $0.state = newValue } }
  }
  /// Nil while the disk takes what it is given; else why not.
  package private(set) nonisolated var unwritable: String? {
    get { published.withLock { $0.unwritable } }
    set { published.withLock { $0.unwritable = newValue } }
  }
  /// What the last start found in the file that was not what was signed.
  package private(set) var flaws: Flaws
  /// The newest checkpoint that is on disk, as a signed note; nil in a ledger without one.
  package private(set) var newestNote: String?
  /// Every checkpoint once it is on disk. Who is slow gets the newest only; nobody waits for it.
  package nonisolated let checkpoints: AsyncStream<String>

  private nonisolated let published: Mutex<Published>
  nonisolated let directory: StateDirectory
  private var store: Store
  private var files: LedgerFiles
  private(set) var frontier: Frontier
  private var recent: [IdempotencyKey.Place: RecentWrite]
  private(set) var signer: NoteSigner
  private let origin: String
  private nonisolated let announced: AsyncStream<String>.Continuation
  private let clock: @Sendable () -> Timestamp
  private let failpoint: FailpointHandler
  private var waiting: [Waiting] = []
  private var isWriting = false
  private var keysForgottenAt = Timestamp(milliseconds: 0)
  /// Facts that the disk has not taken yet, and what was written by people with them.
  private var owed: Owed = Owed()
  /// Whether lockdowns among them are kept where a full disk and a kill do not lose them.
  private var keepsLockdowns = false

  /// What the writer lets everybody see.
  private struct Published {
    var state: State
    var unwritable: String?
  }

  private struct Waiting {
    let proposal: Proposal
    let answer: CheckedContinuation<Result<Outcome, Refusal>, Never>
  }

  private struct Owed {
    var entries: [Entry] = []
    var written: [(text: WrittenText, request: RequestID?)] = []
    var documents: [Document] = []
    var recent: [(place: IdempotencyKey.Place, write: RecentWrite)] = []
  }

  /// Opens the ledger in `directory`, or begins one for `origin`. One that begins where one was
  /// before has the signs of that in its first commit.
  ///
  /// - Parameter published: what was published last.
  package init(
    in directory: StateDirectory, origin: String, published: [UInt8]? = nil,
    clock: @escaping @Sendable () -> Timestamp, failpoint: @escaping FailpointHandler = { _ in }
  ) async throws {
    self.directory = directory
    self.clock = clock
    self.failpoint = failpoint
    self.origin = origin
    (checkpoints, announced) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    try directory.removeUnfinished()
    store = try Store(directory.ledgerPath)
    files = LedgerFiles(directory.ledgerPath)
    let loaded = try store.load()
    let isNew = loaded.size == 0 && loaded.note == nil
    let remains = isNew ? Remains(in: directory, published: published, of: origin) : nil
    let epoch = loaded.epoch ?? "\(origin)#\(remains?.epoch ?? 1)"
    guard epoch.hasPrefix(origin + "#") else {
      throw StoreError("the state is that of \(epoch), but the configuration says \(origin)")
    }
    let (keyPath, keyName) = (directory.signingKeyPath, try KeyName(epoch))
    signer =
      isNew && remains?.hasKey == false
      ? try SigningKey.begin(keyPath, name: keyName)
      : try SigningKey.load(keyPath, name: keyName)
    let verified = try store.verify(loaded, by: signer.verifierKey)
    (frontier, flaws) = (verified.frontier, verified.flaws)
    (recent, newestNote) = (loaded.recent, loaded.note)
    self.published = Mutex(
      Published(state: verified.state, unwritable: verified.flaws.tree.map { "\($0)" }))
    // In a state that has none the room is taken when there is some.
    do { try directory.lockdowns.prepare() } catch { if isNew { throw error } }
    if let remains {
      let signs = remains.signs.map { Event.rollbackFound(RollbackFound(seen: $0)) }
      let opened = await append(
        Proposal(by: .system) { _, _ in
          .success([.logOpened(LogOpened(origin: epoch))] + signs)
        })
      _ = try opened.get()
    }
    if flaws.tree == nil { try SigningKey.settle(keyPath) }
    try await takeUpLockdowns()
  }

  /// For reading: any number of readers work beside the writer.
  var reading: Store { store }

  /// The key with which anybody checks this ledger's checkpoints, in vkey form.
  package var verifierKey: String { signer.verifierKey.description }

  /// Puts a proposal before the ledger and waits until what comes of it is on disk.
  package func append(_ proposal: Proposal) async -> Result<Outcome, Refusal> {
    await withCheckedContinuation { answer in
      waiting.append(Waiting(proposal: proposal, answer: answer))
      guard !isWriting else { return }
      isWriting = true
      Task(executorPreference: ThreadPool.writing) { await self.writeWaiting() }
    }
  }

  /// Tries again to write what the disk owes, and looks whether the disk is still the one that was
  /// written to; does nothing more when it owes nothing.
  package func settle() async {
    if unwritable == nil { unwritable = files.displaced }
    guard unwritable != nil, !isWriting else { return }
    isWriting = true
    await writeWaiting()
  }

  /// Forgets idempotency keys that nobody repeats any more; looks once an hour.
  package func forgetOldWrites() async {
    let now = clock()
    guard now - keysForgottenAt >= 3_600_000 else { return }
    keysForgottenAt = now
    let limit = Timestamp(milliseconds: now.milliseconds - Limits.idempotencyKeptMs)
    recent = recent.filter { $0.value.at >= limit }
    // What stays on disk is read at the next start at worst, and tried again in an hour.
    do { try await store.forgetWrites(before: limit) } catch { unwritable = "\(error)" }
  }

  private func writeWaiting() async {
    repeat {
      await gather()
      await commit()
    } while !waiting.isEmpty
    isWriting = false
  }

  /// Those who were answered just now come back one after the other: who came first waits as long as
  /// more come, rather than all of them for a commit of its own.
  private func gather() async {
    var known: Int
    repeat {
      known = waiting.count
      await lane.yield()
    } while waiting.count > known && waiting.count < Limits.commitEntriesMax
  }

  // MARK: - One commit

  private struct Decided {
    let waiting: Waiting
    let outcome: Result<Outcome, Refusal>
    /// Which part of the batch is its own.
    let entries: Range<Int>
  }

  private func commit() async {
    var trouble = files.displaced
    if trouble == nil, unwritable != nil { trouble = await reopen() }
    var batch = Batch(from: state)
    batch.written = owed.written
    batch.documents = owed.documents
    batch.recent = owed.recent
    do {
      for entry in owed.entries { batch.add(entry, try EntryCodec.encode(entry)) }
    } catch {
      // They were encoded when they happened, so they can be now.
      trouble = "\(error)"
    }
    let decided = decideWaiting(&batch)
    if let trouble { return keepFacts(of: decided, batch, because: trouble) }
    do {
      if !batch.entries.isEmpty {
        let signer = try signer.named(batch.state.origin)
        let written = try await store.write(
          batch, after: frontier, signer: signer, failpoint: failpoint)
        (self.signer, frontier, newestNote) = (signer, written.frontier, written.note)
        announced.yield(written.note)
        files.noteWrite()
      }
      state = batch.state
      for (place, write) in batch.recent { recent[place] = write }
      owed = Owed()
      unwritable = nil
      forgetKeptLockdowns()
      for job in decided { job.waiting.answer.resume(returning: job.outcome) }
    } catch {
      keepFacts(of: decided, batch, because: "\(error)")
    }
  }

  /// Takes those who wait in their turn, until the commit is large enough: whoever comes next, and
  /// who reads, must not wait for one that has no end. The first is always taken.
  private func decideWaiting(_ batch: inout Batch) -> [Decided] {
    let end = batch.entries.count + Limits.commitEntriesMax
    var decided: [Decided] = []
    for job in waiting.prefix(Limits.commitEntriesMax) where batch.entries.count < end {
      decided.append(decide(job, &batch))
    }
    waiting.removeFirst(decided.count)
    return decided
  }

  private func decide(_ job: Waiting, _ batch: inout Batch) -> Decided {
    let proposal = job.proposal
    let first = batch.entries.count
    func answer(_ outcome: Result<Outcome, Refusal>) -> Decided {
      Decided(waiting: job, outcome: outcome, entries: first..<batch.entries.count)
    }
    if let key = proposal.idempotency, let earlier = earlierWrite(key, batch) {
      guard earlier.fingerprint == key.fingerprint else {
        return answer(
          .failure(Refusal(.keyReused, "the idempotency key was used for something else")))
      }
      return answer(
        .success(
          Outcome(
            events: [], state: batch.state, request: earlier.request, isReplay: true,
            durable: true)))
    }
    let now = max(clock(), batch.state.newest ?? clock())
    switch proposal.decide(batch.state, now) {
    case .failure(let refusal): return answer(.failure(refusal))
    case .success(let events):
      do { try add(events, by: proposal.author, now, to: &batch) } catch {
        return answer(.failure(Refusal(.tooLarge, "this does not fit into the ledger: \(error)")))
      }
      let request = events.lazy.compactMap(\.request).first
      addExtras(of: proposal, request, events, now, &batch)
      return answer(
        .success(
          Outcome(
            events: events, state: batch.state, request: request, isReplay: false, durable: true)))
    }
  }

  /// All of the events or none: one that cannot be an entry takes nothing from others.
  private func add(
    _ events: [Event], by author: Author, _ now: Timestamp, to batch: inout Batch
  ) throws {
    let next = batch.state.nextSeq
    let entries = events.enumerated().map { index, event in
      Entry(
        seq: next + Int64(index), at: now, author: author, nonce: randomBytes(16), event: event)
    }
    let bodies = try entries.map(EntryCodec.encode)
    for (entry, body) in zip(entries, bodies) {
      batch.state.apply(entry)
      batch.add(entry, body)
    }
  }

  private func earlierWrite(_ key: IdempotencyKey, _ batch: Batch) -> RecentWrite? {
    batch.recent.last { $0.place == key.place }?.write ?? recent[key.place]
  }

  private func addExtras(
    of proposal: Proposal, _ request: RequestID?, _ events: [Event], _ now: Timestamp,
    _ batch: inout Batch
  ) {
    guard !events.isEmpty else { return }
    batch.written += proposal.written.map { ($0, request) }
    batch.erased += proposal.erased
    batch.documents += proposal.documents
    if let key = proposal.idempotency {
      let write = RecentWrite(fingerprint: key.fingerprint, request: request, at: now)
      batch.recent.append((key.place, write))
    }
  }

  // MARK: - When the disk refuses

  /// Refuses what people wanted; keeps what happened, in memory, until the disk takes it.
  private func keepFacts(of decided: [Decided], _ batch: Batch, because: String) {
    unwritable = because
    for job in decided {
      // There was nothing to write.
      if case .success(let outcome) = job.outcome, outcome.events.isEmpty {
        job.waiting.answer.resume(returning: job.outcome)
        continue
      }
      guard job.waiting.proposal.holdsAnyway, case .success(let outcome) = job.outcome else {
        job.waiting.answer.resume(returning: refusal(job, because))
        continue
      }
      // Numbered anew: what stood before it in the batch may have fallen away.
      for entry in batch.entries[job.entries] {
        let kept = Entry(
          seq: state.nextSeq, at: entry.at, author: entry.author, nonce: entry.nonce,
          event: entry.event)
        state.apply(kept)
        owed.entries.append(kept)
      }
      owed.written += job.waiting.proposal.written.map { ($0, outcome.request) }
      owed.documents += job.waiting.proposal.documents
      if let key = job.waiting.proposal.idempotency {
        let write = RecentWrite(
          fingerprint: key.fingerprint, request: outcome.request, at: state.newest ?? clock())
        owed.recent.append((key.place, write))
        recent[key.place] = write
      }
      keepLockdowns(among: outcome.events)
      job.waiting.answer.resume(
        returning: .success(
          Outcome(
            events: outcome.events, state: state, request: outcome.request, isReplay: false,
            durable: false)))
    }
  }

  /// A fence is remembered by the database; that nothing new is given, by nobody but us.
  private func keepLockdowns(among events: [Event]) {
    guard events.contains(where: { $0.kind == .lockdownStarted }) else { return }
    do {
      try directory.lockdowns.keep(owed.entries.filter { $0.event.kind == .lockdownStarted })
      keepsLockdowns = true
    } catch {
      unwritable = "\(unwritable ?? ""); a lockdown is in memory only: \(error)"
    }
  }

  /// At a start: lockdowns of before that never became entries are in force, and owed.
  private func takeUpLockdowns() async throws {
    let kept = directory.lockdowns.read()
    guard let first = kept.map(\.seq).min() else { return }
    keepsLockdowns = true
    let written = try await store.nonces(from: UInt64(max(0, first)))
    for entry in kept where !written.contains(entry.nonce) {
      let owing = Entry(
        seq: state.nextSeq, at: max(entry.at, state.newest ?? entry.at), author: entry.author,
        nonce: entry.nonce, event: entry.event)
      state.apply(owing)
      owed.entries.append(owing)
    }
    if owed.entries.isEmpty { return forgetKeptLockdowns() }
    unwritable = unwritable ?? "lockdowns of before the last stop are not written yet"
  }

  /// What is left there by an error is found to be written at the next start.
  private func forgetKeptLockdowns() {
    guard keepsLockdowns else { return }
    do {
      try directory.lockdowns.keep([])
      keepsLockdowns = false
    } catch { unwritable = "\(error)" }
  }

  private func refusal(_ job: Decided, _ because: String) -> Result<Outcome, Refusal> {
    switch job.outcome {
    case .failure(let refusal): .failure(refusal)
    case .success:
      .failure(
        Refusal(
          .ledgerUnwritable, "the ledger cannot be written, so nothing is given",
          hint: "an operator finds the cause in the log of jitd"))
    }
  }

  /// After a failed write the old handle is done for: what SQLite last said of a transaction need
  /// not be what is on disk. So the file is opened anew and believed; what it has of the facts
  /// that we hold is not written again. Answers what is in the way, if something is.
  private func reopen() async -> String? {
    do {
      let fresh = try Store(directory.ledgerPath)
      try await fresh.proveWritable()
      let loaded = try fresh.load()
      let signer = try signer.named(loaded.epoch)
      let verified = try fresh.verify(loaded, by: signer.verifierKey)
      if let flaw = verified.flaws.tree { return "\(flaw)" }
      let taken = try await fresh.nonces(from: frontier.size)
      let missing = owed.entries.filter { !taken.contains($0.nonce) }
      // Readers may be at the old handle still; it closes with the last of them.
      store = fresh
      files = LedgerFiles(directory.ledgerPath)
      (self.signer, state, frontier) = (signer, verified.state, verified.frontier)
      (recent, newestNote) = (loaded.recent, loaded.note)
      for (place, write) in owed.recent { recent[place] = write }
      owed.entries = missing.map { entry in
        let kept = Entry(
          seq: state.nextSeq, at: max(entry.at, state.newest ?? entry.at), author: entry.author,
          nonce: entry.nonce, event: entry.event)
        state.apply(kept)
        return kept
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The number of the epoch, from 1.
  package var epoch: Int { number(ofEpoch: signer.name.description) ?? 1 }

  func number(ofEpoch name: String) -> Int? { epochNumber(name, of: origin) }

  /// Goes on in the next epoch: under a name of its own, with the same key and the same tree.
  package func beginEpoch(why: WrittenText) async -> Result<Outcome, Refusal> {
    let next = "\(origin)#\(epoch + 1)"
    return await append(
      Proposal(by: .system, written: [why]) { state, _ in
        let accepted = AcceptedRollback(why: why.commitment, seen: state.rollbackSigns)
        return .success([.logOpened(LogOpened(origin: next, accepted: accepted))])
      })
  }

  /// What the disk has of a request, and what it still owes.
  func entries(of request: RequestID) async throws -> [Entry] {
    let written = try await store.entries(of: request)
    return written + owed.entries.filter { $0.event.request == request }
  }
}

/// The number in the name of an epoch of a ledger, as `2` in `jit.example.com/prod#2`.
func epochNumber(_ name: String, of origin: String) -> Int? {
  guard name.hasPrefix(origin + "#") else { return nil }
  return Int(name.dropFirst(origin.count + 1))
}

/// Bytes from the system's generator, which is fit for secrets.
package func randomBytes(_ count: Int) -> [UInt8] {
  Array(unsafeUninitializedCapacity: count) { buffer, filled in
    // getrandom(2), once for all of them; it does not fail.
    if let start = buffer.baseAddress { arc4random_buf(start, count) }
    filled = count
  }
}
