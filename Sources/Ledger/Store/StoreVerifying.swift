import AccessCore
import GRDB
import TransparencyLog

extension Store {
  /// What a start has to go on with.
  struct Verified: Sendable {
    var state: State
    /// The right edge of the tree; that of an empty one when the stored one cannot be read.
    var frontier: Frontier
    var flaws: Flaws
  }

  /// Compares the newest checkpoint with the tree, and with the tree every entry that live state is
  /// made of: O(live state · log size) reads at most.
  ///
  /// A request is folded from all of its entries that can be read, doubtful ones too, so that what
  /// is live can be ended. Nothing else doubtful becomes part of the state: no token, no policy.
  func verify(_ loaded: Loaded, by key: VerifierKey) throws -> Verified {
    try pool.read { db in
      let reader: SubtreeReader = { level, index in try Store.node(db, level, index) }
      var flaws = Flaws()
      var frontier = Frontier()
      do {
        let root = try signedRoot(of: loaded, key)
        frontier = try Frontier(size: UInt64(loaded.size), reading: reader)
        if frontier.root != root { flaws.tree = .hashes(0..<loaded.size) }
      } catch let flaw as Flaw {
        flaws.tree = flaw
      } catch let error where error is StoreError || error is ProofError {
        flaws.tree = .hashes(0..<loaded.size)
      }
      var tree = TrustedTree(frontier)
      func fits(_ body: [UInt8], _ seq: Int64) throws -> Bool {
        do {
          let hash = Hash.leaf(body)
          // What is stored as the leaf can say no when the tree above it says nothing.
          return try flaws.tree == nil
            ? tree.holds(hash, at: UInt64(seq), reading: reader) : reader(0, UInt64(seq)) == hash
        } catch is StoreError { return false }
      }
      var entries: [Entry] = []
      for live in loaded.live {
        guard let body = live.body, (0..<loaded.size).contains(live.seq), try fits(body, live.seq)
        else {
          flaws.entries.append(live.body == nil ? .missing(live.seq) : .altered(live.seq))
          guard let id = Subject.request(in: live.subject) else { continue }
          flaws.doubtful.insert(id)
          if let entry = readable(live.body) { entries.append(entry) }
          continue
        }
        if let entry = try EntryCodec.decode(body) { entries.append(entry) }
      }
      var newest: Timestamp?
      if let last = loaded.last, let body = last.body {
        newest = EntryCodec.time(of: body)
        if try !fits(body, last.seq), !flaws.entries.contains(.altered(last.seq)) {
          flaws.entries.append(.altered(last.seq))
        }
      }
      let state = State(of: entries, nextSeq: loaded.size, newest: newest)
      if flaws.tree == nil, loaded.size > 0, state.origin != key.name.description {
        flaws.tree = .checkpoint("the opening of \(key.name) is not among the live entries")
      }
      return Verified(state: state, frontier: frontier, flaws: flaws)
    }
  }

  /// What the newest checkpoint says of the entries that are there.
  private func signedRoot(of loaded: Loaded, _ key: VerifierKey) throws(Flaw) -> Hash {
    guard let note = loaded.note else {
      guard loaded.size == 0 else { throw .checkpoint("it is missing") }
      return .empty
    }
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint(opening: Array(note.utf8), with: key) } catch {
      throw .checkpoint("\(error)")
    }
    let signed = Int64(checkpoint.size)
    if signed > loaded.size { throw .missing(loaded.size) }
    if signed < loaded.size { throw .unsigned(signed) }
    return checkpoint.root
  }

}

/// A doubtful entry, as far as it still is one.
private func readable(_ body: [UInt8]?) -> Entry? {
  guard let body else { return nil }
  do { return try EntryCodec.decode(body) } catch { return nil }
}

extension Store.Loaded {
  /// The name that the newest checkpoint is signed by; nil in a ledger that is to be begun.
  var epoch: String? {
    for entry in live.reversed() where entry.subject == Subject.log.text {
      if case .logOpened(let data)? = readable(entry.body)?.event { return data.origin }
    }
    return note?.split(separator: "\n").first.map(String.init)
  }
}
