import AccessCore
import Foundation
import Synchronization
import Testing

/// Computations without end on every thread of Swift's own pool, for so long as `body` runs.
private func withBusyPool<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  let isOver = Atomic(false)
  let busy = Atomic(0)
  let cores = ProcessInfo.processInfo.activeProcessorCount
  return try await withCheckedThrowingContinuation { done in
    let giveUp = ContinuousClock.now + .seconds(20)
    for _ in 0..<cores * 2 {
      Task.detached {
        busy.add(1)
        while !isOver.value, ContinuousClock.now < giveUp {}
      }
    }
    // A thread of its own: nothing of the pool is to be had.
    Thread.detachNewThread {
      while busy.value < cores { usleep(1_000) }
      let result = Result { try body() }
      isOver.set(true)
      done.resume(with: result)
    }
  }
}

private final class Atomic<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>
  init(_ value: Value) { mutex = Mutex(value) }
  var value: Value { mutex.withLock { $0 } }
  func set(_ new: Value) { mutex.withLock { $0 = new } }
}

extension Atomic<Int> {
  fileprivate func add(_ more: Int) { mutex.withLock { $0 += more } }
}

@Suite("While everything else computes", .serialized)
struct BusyPoolTests {
  struct Seen: Sendable {
    var slowest = Duration.zero
    var state = ""
  }

  @Test("a grant ends on its time, and the API answers")
  func goesOn() async throws {
    try await withBroker { test in
      let eve = try await test.client("eve")
      let made = try await eve.post(
        "/v1/requests",
        .object([
          "database": .string("shop_PROD"), "role": .string("read"), "duration": .string("2s"),
        ])
      ).json()
      let path = "/v1/requests/" + (try #require(made["id"]?.text))
      #expect(try await eve.post(path + "/activate").status == 200)
      let token = try #require(eve.token)
      let socket = test.ordinaryPath
      let seen = try await withBusyPool {
        var seen = Seen()
        let giveUp = ContinuousClock.now + .seconds(6)
        repeat {
          let began = ContinuousClock.now
          let connection = try Connection(socket)
          try connection.send(messageHead("GET \(path)", ["Authorization": "Bearer \(token)"]))
          let reply = try connection.receive()
          seen.slowest = max(seen.slowest, .now - began)
          seen.state = try JSON(parsing: reply.body)["grant"]?["state"]?.text ?? reply.text
          usleep(20_000)
        } while seen.state != "ended" && ContinuousClock.now < giveUp
        return seen
      }
      #expect(seen.state == "ended")
      #expect(seen.slowest < .seconds(2))
    }
  }

  @Test("somebody's revocation is carried out")
  func revoked() async throws {
    try await withBroker { test in
      let id = try await test.request(.active)
      let token = try await test.token(for: "rhea")
      let socket = test.ordinaryPath
      let reply = try await withBusyPool {
        let body = Array(#"{"reason":"INC-2"}"#.utf8)
        let connection = try Connection(socket)
        let head = messageHead(
          "POST /v1/requests/\(id)/revoke",
          [
            "Authorization": "Bearer \(token)", "Content-Type": "application/json",
            "Content-Length": "\(body.count)",
          ])
        try connection.send(head + body)
        return try connection.receive()
      }
      #expect(reply.status == 200, "\(reply.text)")
      #expect(try JSON(parsing: reply.body)["grant"]?["state"]?.text == "ended")
    }
  }
}
