import AccessAPI
import AsyncHTTPClient
import Foundation
import NIOHTTP1
import TransparencyLog

/// What a reply shows of the ledger.
struct ShownCheckpoint: Sendable {
  let note: String
  let key: String
  /// From the size that was sent.
  let proof: [String]?

  init(note: String, key: String, proof: [String]?) {
    self.note = note
    self.key = key
    self.proof = proof
  }

  init?(_ headers: HTTPHeaders) {
    guard let key = headers.first(name: HeaderName.verifierKey),
      let encoded = headers.first(name: HeaderName.checkpoint),
      let note = Data(base64Encoded: encoded)
    else { return nil }
    self.note = String(decoding: note, as: UTF8.self)
    self.key = key
    proof = headers.first(name: HeaderName.consistency).map {
      $0.split(separator: ",").map(String.init)
    }
  }
}

/// What a witness makes of what it is shown.
enum Judgement: Equatable {
  /// All is well; this is to be kept.
  case fits(WitnessRecord)
  /// The operator says openly that history was lost; this is to be kept.
  case newEpoch(WitnessRecord, warning: String)
  /// Nothing is kept.
  case alarm(String)
}

/// - Parameters:
///   - seen: what is remembered of the ledger, or else of the address.
///   - sentSize: the size that the proof begins with.
func judge(
  _ shown: ShownCheckpoint, at address: String, seen: WitnessRecord?, sentSize: UInt64
) -> Judgement {
  let new: WitnessRecord
  do {
    new = try WitnessRecord(
      addresses: [address], key: VerifierKey(parsing: shown.key), note: shown.note)
  } catch {
    return .alarm("the broker shows a checkpoint that its key has not signed: \(error)")
  }
  guard let seen else { return .fits(new) }
  guard new.origin == seen.origin else {
    return .alarm("the broker at this address had the ledger \(seen.origin), now \(new.origin)")
  }
  guard new.key.publicKey == seen.key.publicKey else {
    return .alarm(
      "the key of the ledger \(seen.origin) has changed, from \(seen.key.fingerprint) to "
        + new.key.fingerprint)
  }
  let (old, now) = (seen.checkpoint, new.checkpoint)
  if now.epoch > old.epoch {
    return .newEpoch(
      new,
      warning: "the operator of \(seen.origin) has accepted a rollback: epoch \(now.epoch) of the "
        + "ledger has begun, and entries up to \(old.size) of the one before may be lost")
  }
  guard now.epoch == old.epoch, now.size >= old.size else {
    return .alarm(
      "the ledger \(seen.origin) was rolled back: it had \(old.size) entries when you saw it last, "
        + "now it has \(now.size)")
  }
  var kept = new
  kept.addresses.formUnion(seen.addresses)
  if now.size == old.size {
    return now.root == old.root ? .fits(kept) : .alarm(rewritten(seen))
  }
  if sentSize != old.size {
    // First seen at this address: what is shown cannot be compared yet, the next call's can.
    var old = seen
    old.addresses.insert(address)
    return .fits(old)
  }
  do {
    guard let path = shown.proof else { return .alarm(rewritten(seen)) }
    try ConsistencyProof(from: old.size, to: now.size, base64: path).verify(from: old, to: now)
    return .fits(kept)
  } catch {
    return .alarm(rewritten(seen))
  }
}

private func rewritten(_ seen: WitnessRecord) -> String {
  "the ledger \(seen.origin) was rewritten: its history is not the one that you saw before "
    + "(\(seen.checkpoint.size) entries, root \(seen.checkpoint.root.base64))"
}
