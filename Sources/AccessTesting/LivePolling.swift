/// Polls until `condition` holds; an error when it does not in time.
package func eventually(
  _ what: String, within limit: Duration = .seconds(20),
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw LiveError("within \(limit) it did not come true that \(what)")
    }
    try await Task.sleep(for: .milliseconds(10))
  }
}

/// What a test waited for did not happen, or the kit itself did not work.
package struct LiveError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// How many brokers run at one time: on a small machine more of them only wait for each other, and
/// what a test measures in seconds would be the machine.
actor LiveSlots {
  static let shared = LiveSlots(4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func giveBack() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
