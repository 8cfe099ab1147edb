import Foundation
import Synchronization

/// 16 threads that call the API, each with a connection of its own, in the names of many people.
struct Callers: Sendable {
  let socket: String
  let tokens: [String]

  private static let count = 16

  init(socket: String, tokens path: String) throws {
    self.socket = socket
    tokens = try lines(of: path)
    guard !tokens.isEmpty else { throw BenchError("there is no token in \(path)") }
  }

  /// Asks for so many grants; one line for each: whose token, and the id.
  func request(_ count: Int, for duration: String) throws -> String {
    try each(count) { http, number in
      let owner = number % tokens.count
      return "\(owner) \(try http.request(as: tokens[owner], for: duration))"
    }.values.joined(separator: "\n")
  }

  /// Activates what `request` printed; answers how many a second.
  func activate(idsFrom path: String) throws -> Int {
    let asked = try lines(of: path).map { $0.split(separator: " ") }
    return try each(asked.count) { http, number in
      guard let owner = Int(asked[number][0]) else { throw BenchError("\(path) has no ids") }
      _ = try http.activate(String(asked[number][1]), as: tokens[owner])
    }.perSecond
  }

  /// Asks for grants and activates each at once, for as long as there is until `end`; writes who
  /// may log in, and by which password. Answers how many a second.
  func grant(_ count: Int, until end: Int, accounts path: String) throws -> Int {
    let granted = try each(count) { http, number in
      let token = tokens[number % tokens.count]
      let left = Int((Double(end) - Date().timeIntervalSince1970).rounded(.up))
      guard left > 1 else { throw BenchError("they did not become active in time") }
      let given = try http.activate(try http.request(as: token, for: "\(left)s"), as: token)
      return "\(given.user) \(given.password)"
    }
    try granted.values.joined(separator: "\n").write(
      toFile: path, atomically: true, encoding: .utf8)
    return granted.perSecond
  }

  /// Four people read and write, some hundred calls a second, until the file exists.
  func callUntilExists(_ path: String) throws -> String {
    let times = try inThreads(4) { thread in
      let http = try HTTP(socket)
      let token = tokens[thread % tokens.count]
      let id = try http.request(as: token, for: "1h")
      var (reads, writes): ([Double], [Double]) = ([], [])
      while !FileManager.default.fileExists(atPath: path) {
        // Few writes: with what takes each back it is two of 600 that a caller has in a minute.
        for _ in 0..<25 {
          reads.append(
            try milliseconds { _ = try http.call("GET", "/v1/requests/\(id)", as: token) })
          usleep(10_000)
        }
        var made = ""
        writes.append(try milliseconds { made = try http.request(as: token, for: "1h") })
        _ = try http.call("POST", "/v1/requests/\(made)/cancel", as: token)
      }
      return (reads, writes)
    }
    let (reads, writes) = (times.flatMap(\.0), times.flatMap(\.1))
    return "\(percentiles(reads)) \(percentiles(writes)) \(reads.count + writes.count)"
  }

  private func each<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (HTTP, Int) throws -> Value
  ) throws -> (values: [Value], perSecond: Int) {
    let next = Atomic(0)
    let start = ContinuousClock.now
    let values = try inThreads(Self.count) { _ in
      let http = try HTTP(socket)
      var values: [Value] = []
      while case let number = next.add(1, ordering: .relaxed).oldValue, number < count {
        values.append(try body(http, number))
      }
      return values
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return (values.flatMap(\.self), Int(Double(count) / seconds))
  }
}

private func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try body()
  return (ContinuousClock.now - start) / .milliseconds(1)
}

private func percentiles(_ values: [Double]) -> String {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return "0 0" }
  return [50, 99].map {
    String(format: "%.1f", sorted[min(sorted.count - 1, sorted.count * $0 / 100)])
  }
  .joined(separator: " ")
}

/// A value behind a lock.
final class Locked<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func change<Answer: Sendable>(_ body: (inout Value) -> Answer) -> Answer {
    value.withLock { body(&$0) }
  }
}
