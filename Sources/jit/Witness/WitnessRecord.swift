import AccessCore
import Foundation
import TransparencyLog

/// The last checkpoint that was seen of one ledger.
struct WitnessRecord: Sendable, Equatable {
  /// Where the ledger's broker was reached.
  var addresses: Set<String>
  let key: VerifierKey
  /// The signed note, as it came.
  let note: String
  let checkpoint: Checkpoint

  init(addresses: Set<String>, key: VerifierKey, note: String) throws {
    self.addresses = addresses
    self.key = key
    self.note = note
    checkpoint = try Checkpoint(opening: Array(note.utf8), with: key)
  }

  /// The ledger, without the epoch: `jit.example.com/prod`.
  var origin: String { checkpoint.ledger }
}

extension WitnessRecord {
  /// Nil when the bytes are not such a record.
  init?(parsing bytes: some Collection<UInt8>) {
    do {
      let json = try JSON(parsing: bytes)
      guard case .array(let addresses)? = json["addresses"], let key = json["verifier_key"]?.text,
        let note = json["checkpoint"]?.text
      else { return nil }
      try self.init(
        addresses: Set(addresses.compactMap(\.text)), key: VerifierKey(parsing: key), note: note)
    } catch {
      // Whoever spoils the file could as well remove it.
      return nil
    }
  }

  var json: JSON {
    .object([
      "addresses": .array(addresses.sorted().map(JSON.string)),
      "verifier_key": .string(key.description), "checkpoint": .string(note),
    ])
  }
}

extension Checkpoint {
  /// The origin without its epoch.
  var ledger: String { String(origin.split(separator: "#", maxSplits: 1).first ?? "") }

  /// 2 of `jit.example.com/prod#2`: how often an operator has accepted a rollback, from 1 on.
  var epoch: Int {
    origin.split(separator: "#", maxSplits: 1).dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
