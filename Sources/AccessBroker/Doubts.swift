import AccessCore
import Ledger
import Logging
import Synchronization

/// What was found in the ledger's file that was not signed: while there is anything, no access is
/// given. It takes a start on a sound file to forget it.
final class Doubts: Sendable {
  private let found = Mutex<[String]>([])

  var first: String? { found.withLock { $0.first } }

  /// False when it is known already.
  func add(_ doubt: String) -> Bool {
    found.withLock { found in
      guard !found.contains(doubt) else { return false }
      found.append(doubt)
      return true
    }
  }
}

extension Broker {
  /// Looks at what the start of the ledger has found, and at the checkpoint that was published
  /// last; before anything is given, and before `loadPolicy`.
  package func judgeLedger(published: [UInt8]?) async {
    let flaws = await ledger.flaws
    if let flaw = flaws.first { doubt(flaw) }
    // Neither their end nor their place can be believed any more.
    for id in flaws.doubtful { await record(.doubtful(id)) }
    for sign in ledger.state.rollbackSigns {
      alarm("no access is given: \(sign): the ledger is an old copy")
    }
    guard let published else { return }
    do {
      switch try await ledger.compare(published: published) {
      case .fits: break
      case .notOurs(let reason):
        alarm("the published checkpoint says nothing about this ledger: \(reason)")
      case .contradicts(let sign): await foundRollback(sign)
      }
    } catch {
      alarm("the published checkpoint cannot be compared with the ledger: \(error)")
    }
  }

  /// Begins the next epoch: somebody answers for going on with an old copy.
  package func acceptRollback(why: String) async throws(Refusal) {
    guard let why = written(why) else { return }
    _ = try await ledger.beginEpoch(why: why).get()
    let epoch = await ledger.epoch
    logger.warning("the ledger goes on in epoch \(epoch); remove --accept-rollback again")
  }

  /// Something in the file is not what was signed.
  func doubt(_ flaw: Flaw) {
    let doubt =
      "\(flaw): keep a copy of the state, then put a verified backup back (jit admin restore)"
    if doubts.add(doubt) { alarm("no access is given: \(doubt)") }
  }

  func foundRollback(_ sign: String) async {
    let outcome = await record(.rollback(seen: sign))
    guard let outcome, !outcome.events.isEmpty else { return }
    alarm("no access is given: \(sign): the ledger is an old copy")
  }

  private func alarm(_ message: String) {
    logger.critical("\(message)")
    notify(.alarm(message))
  }
}
