import AccessCore

/// One at a time per grant: two operations on one database role at once break each other
/// (“tuple concurrently updated”). Turns are given in the order in which they were asked for.
actor RoleTurns {
  private var waiting: [RequestID: [CheckedContinuation<Void, Never>]] = [:]

  nonisolated func take<Value: Sendable>(
    for id: RequestID, _ body: () async -> Value
  ) async -> Value {
    await begin(id)
    let value = await body()
    await end(id)
    return value
  }

  /// Takes the turns of those at which nobody is, without waiting; answers whose.
  func takeFree(of ids: [RequestID]) -> [RequestID] {
    let free = ids.filter { waiting[$0] == nil }
    for id in free { waiting[id] = [] }
    return free
  }

  func giveBack(_ ids: [RequestID]) {
    for id in ids { end(id) }
  }

  /// Whether somebody is at work on the grant now.
  func isTaken(_ id: RequestID) -> Bool { waiting[id] != nil }

  private func begin(_ id: RequestID) async {
    guard waiting[id] != nil else {
      waiting[id] = []
      return
    }
    await withCheckedContinuation { waiting[id]?.append($0) }
  }

  private func end(_ id: RequestID) {
    if waiting[id]?.isEmpty == false {
      waiting[id]?.removeFirst().resume()
    } else {
      waiting[id] = nil
    }
  }
}
