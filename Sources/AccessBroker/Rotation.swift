import AccessCore
import Ledger
import Logging
import Threads

/// Secrets that are being rotated: one rotation of each at a time.
actor Rotations {
  private var underWay: Set<CredentialName> = []
  /// Those that this process has gone on with, and said so.
  private(set) var resumed: Set<CredentialName> = []

  func begin(_ name: CredentialName) -> Bool { underWay.insert(name).inserted }
  func end(_ name: CredentialName) { underWay.remove(name) }
  func noteResumed(_ name: CredentialName) { resumed.insert(name) }
}

extension Broker {
  /// Gives the broker's login on a database a new secret, and every other login that shares it.
  ///
  /// The next secret lies beside the present one, on disk, before the ledger has the intent and
  /// before any database learns of it, and takes its place when every one of them has let us in by
  /// it. Whoever logs in meanwhile tries both, so it may be cut off anywhere.
  package func rotate(
    _ name: String, by caller: Caller
  ) async throws(Refusal) -> SharedCredential {
    let name = try databaseName(name)
    let shared: SharedCredential
    do throws(Refusal) {
      try require(.operate, of: caller, policy.snapshot.policy)
      shared = try policy.snapshot.policy.rotation(of: name)
    } catch {
      await note(error, Command.operate(.rotate(name)).attempt, nil, by: caller)
      throw error
    }
    // It goes on when the caller goes away.
    let work = Task(executorPreference: ThreadPool.serving) {
      await self.alone(with: shared.credential) {
        await Result { () async throws(Refusal) in
          try await self.rotate(shared, name, by: caller)
        }
      }
    }
    guard let result = await work.value else {
      throw Refusal(
        .wrongState, "\(shared.credential) is being rotated already", hint: "wait for its end")
    }
    try result.get()
    return shared
  }

  private func rotate(
    _ shared: SharedCredential, _ name: DatabaseName, by caller: Caller
  ) async throws(Refusal) {
    let next = try keepNext(shared.credential)
    failpoint(.nextSecretKept)
    do throws(Refusal) { _ = try await submit(.operate(.rotate(name)), by: caller) } catch {
      if next.isFresh { forgetNext(shared.credential) }
      throw error
    }
    failpoint(.rotationRecorded)
    try await teach(shared, next)
  }

  /// Goes on with rotations that a crash, or a database that did not answer, has cut off.
  func finishRotations() async {
    for shared in policy.snapshot.policy.sharedCredentials {
      await self.alone(with: shared.credential) {
        do {
          guard
            let secret = try credentials.next(shared.credential), ledger.unwritable == nil
          else { return }
          if await !rotations.resumed.contains(shared.credential) {
            let outcome = await record(.rotating(CredentialRotated(shared)))
            guard outcome?.durable == true else { return }
            await rotations.noteResumed(shared.credential)
          }
          try await teach(shared, NextSecret(secret: secret, isFresh: false))
        } catch {
          logger.error("the rotation of \(shared.credential) is not finished: \(error)")
        }
      }
    }
  }

  /// Nil when somebody else is at it.
  @discardableResult
  private func alone<Value: Sendable>(
    with name: CredentialName, _ body: () async -> Value
  ) async -> Value? {
    guard await rotations.begin(name) else { return nil }
    let value = await body()
    await rotations.end(name)
    return value
  }

  /// Every login gets the next secret and shows that it works; then it is the present one.
  private func teach(_ shared: SharedCredential, _ next: NextSecret) async throws(Refusal) {
    var isKnown = !next.isFresh
    var failures: [ProvisioningError] = []
    for login in shared.logins {
      let provisioner = await provisioners.provisioner(for: login)
      do {
        try await provisioner.rotate(to: next.secret)
        isKnown = true
      } catch {
        failures.append(error)
        // It said no before it changed anything; any other error leaves that open.
        if error.kind != .refused, error.kind != .locked { isKnown = true }
      }
    }
    if let failure = failures.first {
      if !isKnown { forgetNext(shared.credential) }
      throw Refusal(
        failure,
        "\(shared.credential) is not rotated on \(failures.count) of "
          + "\(shared.logins.count) servers",
        hint: isKnown
          ? "the broker keeps both secrets, uses whichever works, and goes on with it by itself"
          : "nothing was changed")
    }
    failpoint(.nextSecretProven)
    do { try credentials.settle(shared.credential) } catch { throw Refusal(error) }
    failpoint(.rotationSettled)
    logger.info("rotated", metadata: ["credential": "\(shared.credential)"])
  }

  private func keepNext(_ name: CredentialName) throws(Refusal) -> NextSecret {
    do { return try credentials.keepNext(name, Secret(randomBytes(32).hex)) } catch {
      throw Refusal(error)
    }
  }

  private func forgetNext(_ name: CredentialName) {
    do { try credentials.forgetNext(name) } catch {
      logger.error("a secret that nobody knows is left: \(error)")
    }
  }
}

extension Refusal {
  fileprivate init(_ error: CredentialError) {
    self.init(
      .credentialsUnwritable, "\(error)",
      hint: "a rotation needs a directory of credentials that jitd can write: see `credentials:`")
  }
}
