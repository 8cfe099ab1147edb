import AccessCore

extension RecordingProvisioner {
  struct Failure {
    let error: ProvisioningError
    let takesEffect: Bool
    var times: Int
  }

  struct Trouble {
    var failures: [Operation: Failure] = [:]
    var obstruction: (answer: Revocation, times: Int)?
    var hanging: Set<Operation> = []
    var hung: [Operation: [CheckedContinuation<Void, Never>]] = [:]

    mutating func nextFailure(of operation: Operation) -> Failure? {
      guard let failure = failures[operation], failure.times > 0 else { return nil }
      failures[operation]?.times -= 1
      return failure
    }

    mutating func nextRevocation() -> Revocation? {
      guard let (answer, times) = obstruction, times > 0 else { return nil }
      obstruction?.times -= 1
      return answer
    }
  }

  /// Lets the next `times` operations of a kind fail.
  ///
  /// - Parameter takesEffect: whether the server does what was asked all the same: the reply is
  ///   what got lost.
  package func fail(
    _ operation: Operation, with error: ProvisioningError, times: Int = 1,
    takesEffect: Bool = false
  ) {
    trouble.failures[operation] = Failure(error: error, takesEffect: takesEffect, times: times)
  }

  /// Lets the next `times` revocations come to `answer`, and the role stay.
  package func obstruct(with answer: Revocation, times: Int = .max) {
    trouble.obstruction = (answer, times)
  }

  /// From now on everything works.
  package func recover() {
    trouble.failures = [:]
    trouble.obstruction = nil
  }

  /// Operations of this kind begin and do not go on, until `letGo`.
  package func hang(_ operation: Operation) { trouble.hanging.insert(operation) }

  package func letGo(_ operation: Operation) {
    trouble.hanging.remove(operation)
    for continuation in trouble.hung.removeValue(forKey: operation) ?? [] { continuation.resume() }
  }

  /// How many operations of this kind hang.
  package func hangingCount(_ operation: Operation) -> Int {
    trouble.hung[operation, default: []].count
  }

  func waitWhileHanging(_ operation: Operation) async {
    guard trouble.hanging.contains(operation) else { return }
    await withCheckedContinuation { trouble.hung[operation, default: []].append($0) }
  }
}
