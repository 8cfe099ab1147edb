import AccessCore
import Threads

/// One at a time per grant: two operations on one database role at once break each other
/// (“tuple concurrently updated”).
typealias RoleTurns = Turns<RequestID>

/// One at a time per key. Turns are given in the order in which they were asked for.
actor Turns<Key: Hashable & Sendable> {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private var waiting: [Key: [CheckedContinuation<Void, Never>]] = [:]

  nonisolated func take<Value: Sendable, Failure: Error>(
    for key: Key, _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    await begin(key)
    let result: Result<Value, Failure>
    do throws(Failure) { result = .success(try await body()) } catch { result = .failure(error) }
    await end(key)
    return try result.get()
  }

  /// Takes the turns of those at which nobody is, without waiting; answers whose.
  func takeFree(of keys: [Key]) -> [Key] {
    let free = keys.filter { waiting[$0] == nil }
    for key in free { waiting[key] = [] }
    return free
  }

  func giveBack(_ keys: [Key]) {
    for key in keys { end(key) }
  }

  /// Whether somebody is at work on it now.
  func isTaken(_ key: Key) -> Bool { waiting[key] != nil }

  private func begin(_ key: Key) async {
    guard waiting[key] != nil else {
      waiting[key] = []
      return
    }
    await withCheckedContinuation { waiting[key]?.append($0) }
  }

  private func end(_ key: Key) {
    if waiting[key]?.isEmpty == false {
      waiting[key]?.removeFirst().resume()
    } else {
      waiting[key] = nil
    }
  }
}
