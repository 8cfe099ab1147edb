import AccessCore
import NIOHTTP1
import Synchronization
import TransparencyLog

/// Every `jit` is a witness of the ledgers that it talks to: it remembers the newest checkpoint
/// that it saw, and warns when the next one does not extend it. It never fails a command: what
/// happened is for people to judge.
final class Witness: Sendable {
  private let address: String
  private let memory: WitnessMemory?
  private let warn: @Sendable (String) -> Void
  private let known: Mutex<Known>

  private struct Known {
    var seen: WitnessRecord?
    /// What was said once in this run is not said again.
    var warnings: Set<String> = []
  }

  /// - Parameter warn: takes the text of a warning.
  init(
    at address: String, _ memory: WitnessMemory?, warn: @escaping @Sendable (String) -> Void
  ) {
    self.address = address
    self.memory = memory
    self.warn = warn
    known = Mutex(Known(seen: memory?.records().first { $0.addresses.contains(address) }))
  }

  /// What is remembered of the ledger at this address.
  var seen: WitnessRecord? { known.withLock { $0.seen } }

  /// To be sent with a message, and given back with its reply.
  var size: UInt64 { seen?.checkpoint.size ?? 0 }

  /// - Parameter sentSize: what `size` was when the message was sent.
  func look(at headers: HTTPHeaders, isSuccess: Bool, sentSize: UInt64) {
    guard let memory else { return }
    guard let shown = ShownCheckpoint(headers) else {
      if isSuccess, let seen {
        say("the broker shows no checkpoint any more, so that \(seen.origin) could not be checked")
      }
      return
    }
    let seen = seen ?? memory.records().first { $0.origin == shown.origin }
    switch judge(shown, at: address, seen: seen, sentSize: sentSize) {
    case .fits(let record): keep(record, memory)
    case .newEpoch(let record, let warning):
      keep(record, memory)
      say(warning)
    case .alarm(let warning): say(warning)
    }
  }

  private func keep(_ record: WitnessRecord, _ memory: WitnessMemory) {
    let isNew = known.withLock { known in
      guard known.seen != record else { return false }
      known.seen = record
      return true
    }
    // A home that cannot be written keeps nothing, and stops nobody; `jit witness show` tells.
    if isNew { do { try memory.keep(record) } catch { return } }
  }

  private func say(_ warning: String) {
    guard known.withLock({ $0.warnings.insert(warning).inserted }) else { return }
    warn(warning)
  }
}

extension ShownCheckpoint {
  /// The ledger that the note claims to be of, unverified.
  fileprivate var origin: String {
    let line = note.prefix { $0 != "\n" }
    return String(line.split(separator: "#", maxSplits: 1).first ?? "")
  }
}

/// Tells a person that the ledger is not what it was.
func warnOfLedger(_ warning: String) {
  let console = Console.standard
  console.say(
    console.errorPaint.red("warning: " + warning.withoutControls) + "\n"
      + "hint: tell those who watch over the broker before you trust it again; when it is "
      + "explained, forget what you saw: jit witness reset\n")
}
