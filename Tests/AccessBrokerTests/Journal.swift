import AccessCore
import AccessTesting
import Ledger
import Synchronization

/// What was on disk when each call reached a server: the order of intent and effect.
actor Journal {
  private var ledger: Ledger?
  private var known: [Entry] = []
  private var calls: [(name: String, entriesBefore: Int)] = []
  private var reaction: (at: RecordingProvisioner.Operation, body: @Sendable () async -> Void)?

  func follow(_ ledger: Ledger) { self.ledger = ledger }

  /// Does something, once, in the moment in which the next operation of the kind begins.
  func at(_ operation: RecordingProvisioner.Operation, _ body: @escaping @Sendable () async -> Void)
  {
    reaction = (operation, body)
  }

  func note(_ call: RecordingProvisioner.Call) async throws {
    // A census asks and changes nothing.
    if call.operation != .census {
      calls.append(("> \(call.operation)", try await entries().count))
    }
    if let reaction, reaction.at == call.operation {
      self.reaction = nil
      await reaction.body()
    }
  }

  /// Kinds of entries and names of calls, in the order in which they happened.
  func history() async throws -> [String] {
    var history = try await entries().map(\.event.kind.rawValue)
    for (index, call) in calls.enumerated() {
      history.insert(call.name, at: call.entriesBefore + index)
    }
    return history
  }

  /// All entries that are on disk now.
  func entries() async throws -> [Entry] {
    while let ledger {
      let from = Int64(known.count)
      let page = try await ledger.exportPage(Selection(size: .max), from: from, as: .jsonl)
      let new = try (page?.bytes ?? []).split(separator: UInt8(ascii: "\n")).compactMap {
        try EntryCodec.decode($0)
      }
      if new.isEmpty { break }
      // Somebody else may have read the same ones meanwhile.
      known += new.dropFirst(known.count - Int(from))
    }
    return known
  }
}
