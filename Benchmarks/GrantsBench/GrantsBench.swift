import Foundation

/// What the benchmark `grants` needs besides a shell: many callers of the API at once, and many
/// sessions in one process.
@main
struct GrantsBench {
  static func main() {
    do { try run(Array(CommandLine.arguments.dropFirst())) } catch {
      FileHandle.standardError.write(Data("error: \(error)\n".utf8))
      exit(70)
    }
  }

  private static func run(_ arguments: [String]) throws {
    switch (arguments.first, arguments.count) {
    case ("request", 5):
      let callers = try Callers(socket: arguments[1], tokens: arguments[2])
      print(try callers.request(number(arguments[3]), for: "\(number(arguments[4]))s"))
    case ("activate", 4):
      let callers = try Callers(socket: arguments[1], tokens: arguments[2])
      print(try callers.activate(idsFrom: arguments[3]))
    case ("grant", 6):
      let callers = try Callers(socket: arguments[1], tokens: arguments[2])
      print(
        try callers.grant(
          number(arguments[3]), until: number(arguments[4]), accounts: arguments[5]))
    case ("calls", 4):
      let callers = try Callers(socket: arguments[1], tokens: arguments[2])
      print(try callers.callUntilExists(arguments[3]))
    case ("sessions", 3): try holdSessions(port: arguments[1], accounts: arguments[2])
    default:
      FileHandle.standardError.write(
        Data(
          """
          usage: GrantsBench request SOCKET TOKENS COUNT SECONDS     prints ids
                 GrantsBench activate SOCKET TOKENS IDS              prints how many a second
                 GrantsBench grant SOCKET TOKENS COUNT EPOCH ACCOUNTS
                   grants that all end at that time; prints how many a second
                 GrantsBench calls SOCKET TOKENS FILE
                   until FILE exists; prints p50 and p99 of reads, then of writes, in ms
                 GrantsBench sessions PORT ACCOUNTS
                   prints "open", and when the last has ended in ms since 1970

          """.utf8))
      exit(64)
    }
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text), number > 0 else { throw BenchError("\(text) is no number") }
    return number
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Lines of a file.
func lines(of path: String) throws -> [String] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}

/// Runs `body` in so many threads; throws what the first of them threw.
func inThreads<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
  let results = Results<Value>()
  let threads = DispatchGroup()
  for index in 0..<count {
    threads.enter()
    Thread.detachNewThread {
      results.add(Result { try body(index) })
      threads.leave()
    }
  }
  threads.wait()
  return try results.all.map { try $0.get() }
}

private final class Results<Value: Sendable>: Sendable {
  private let values = Locked<[Result<Value, any Error>]>([])

  func add(_ value: Result<Value, any Error>) { values.change { $0.append(value) } }
  var all: [Result<Value, any Error>] { values.change { $0 } }
}
