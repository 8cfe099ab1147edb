import AccessAPI
import AuditBundle
import TransparencyLog

/// Reads every entry from the broker and checks that they are what it signs now, and what was seen
/// of the ledger before.
func verifyLedger(
  of broker: Broker, key: VerifierKey?
) async throws -> (checkpoint: Checkpoint, key: VerifierKey) {
  let seen = broker.witness.seen?.checkpoint
  var (lines, tree, rootSeen) = (Lines(), Frontier(), seen?.root)
  var progress = Progress("verifying")
  defer { progress.end() }
  try await broker.stream(Path.auditEntries) { bytes, size in
    try lines.add(Array(bytes)) { line in
      let number = entryNumber(line)
      guard number == tree.size else {
        throw notSigned("entry \(tree.size) is not there, or has another number")
      }
      try tree.appendLeaf(.leaf(line))
      if tree.size == seen?.size { rootSeen = tree.root }
    }
    if let size { progress.update(tree.size, of: size) }
  }
  let (checkpoint, key) = try await currentCheckpoint(of: broker, key: key)
  // In a new epoch the operator has said already that history was lost.
  if let seen, seen.origin == checkpoint.origin {
    guard seen.size <= tree.size else {
      throw notSigned("there are \(tree.size) entries, and jit saw \(seen.size) before")
    }
    guard rootSeen == seen.root else {
      throw notSigned("the first \(seen.size) entries are not those that jit saw before")
    }
  }
  let proof: Reply<ProofView> = try await broker.get(
    Path.auditProof,
    query: [("old_size", String(tree.size)), ("size", String(checkpoint.size))])
  do {
    try ConsistencyProof(from: tree.size, to: checkpoint.size, base64: proof.view.path)
      .verify(oldRoot: tree.root, newRoot: checkpoint.root)
  } catch {
    throw notSigned("the entries are not those of the signed checkpoint: \(error)")
  }
  return (checkpoint, key)
}

/// The newest checkpoint, verified.
///
/// - Parameter key: by default the one that jit saw before, or else what the broker says.
func currentCheckpoint(
  of broker: Broker, key: VerifierKey?
) async throws -> (checkpoint: Checkpoint, key: VerifierKey) {
  let shown: Reply<CheckpointView> = try await broker.get(Path.auditCheckpoint)
  do {
    let key = try key ?? broker.witness.seen?.key ?? VerifierKey(parsing: shown.view.verifierKey)
    return (try Checkpoint(opening: Array(shown.view.checkpoint.utf8), with: key), key)
  } catch {
    throw notSigned("the checkpoint is not signed by the key that jit knows: \(error)")
  }
}

func notSigned(_ what: String) -> Failure {
  Failure(
    .badData, what, hint: "tell those who watch over the broker before you trust it again")
}
