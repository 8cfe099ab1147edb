import AccessCore
import AccessTesting
import Foundation
import Testing
import TransparencyLog

@testable import Ledger

@Suite("A process that is killed while it writes", .timeLimit(.minutes(10)))
struct KillTests {
  /// How often it dies: `JIT_KILL_ROUNDS`, or a few times.
  private static let rounds =
    ProcessInfo.processInfo.environment["JIT_KILL_ROUNDS"].flatMap { Int($0) } ?? 5

  @Test("every acknowledged entry of 64 writers is there, and the checkpoint verifies each time")
  func writers() async throws {
    let folder = try TemporaryDirectory()
    var known: Int64 = 0
    var acknowledged = 0
    for round in 1...Self.rounds {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          state = folder.path + "/state" as String, log = folder.path + "/log" as String,
          round = round as Int
        ] in
        try await write(to: state, telling: log, round: Int64(round))
      }
      let numbers = try Set(
        String(contentsOfFile: folder.path + "/log", encoding: .utf8).split(separator: "\n")
          .compactMap { Int64($0) })
      let ledger = try await reopened(folder.path + "/state")
      #expect(await ledger.flaws == Flaws())
      let size = ledger.state.nextSeq
      #expect(await ledger.frontier.size == UInt64(size))
      #expect(try await ledger.sizes(from: known).isSuperset(of: numbers))
      (known, acknowledged) = (size, acknowledged + numbers.count)
      try FileManager.default.removeItem(atPath: folder.path + "/log")
    }
    #expect(acknowledged > Self.rounds, "they died before they wrote anything")
    var scrub = await (try await reopened(folder.path + "/state")).scrub()
    while !scrub.isDone { try await scrub.nextPage() }
  }
}

private func reopened(_ path: String) async throws -> Ledger {
  let clock = ManualClock()
  return try await Ledger(
    in: StateDirectory(taking: path), origin: Home.origin, clock: clock.wall)
}

/// 64 writers that write down what was acknowledged, until the process is killed.
private func write(to state: String, telling log: String, round: Int64) async throws {
  let ledger = try await reopened(state)
  let file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(.random(in: 5...80))) {
    kill(getpid(), SIGKILL)
  }
  try await withThrowingTaskGroup { writers in
    for writer in Int64(0)..<64 {
      writers.addTask {
        for number in Int64(0)... {
          let size = round << 32 | writer << 20 | number
          try await ledger.append(Sample.exported(size))
          let line = Array("\(size)\n".utf8)
          _ = Glibc.write(file, line, line.count)
        }
      }
    }
    try await writers.waitForAll()
  }
}

extension Ledger {
  /// What the exports say that stand from `seq` on.
  fileprivate func sizes(from seq: Int64) async throws -> Set<Int64> {
    var (sizes, next): (Set<Int64>, Int64) = ([], seq)
    while let page = try await exportPage(Selection(size: .max), from: next, as: .jsonl) {
      for line in page.bytes.split(separator: 0x0A) {
        if case .auditExported(let data)? = try EntryCodec.decode(line)?.event {
          sizes.insert(data.size)
        }
      }
      next = page.next
    }
    return sizes
  }
}
