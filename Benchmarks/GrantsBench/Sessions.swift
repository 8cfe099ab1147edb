import CLibPQ
import Foundation

/// Opens a session for each line `user password` of the file; says when all are open, and when the
/// last one has ended.
func holdSessions(port: String, accounts path: String) throws {
  let accounts = try lines(of: path).map { $0.split(separator: " ") }
  let sessions = try accounts.map { account in
    let session = PQconnectdb(
      """
      host=127.0.0.1 port=\(port) dbname=bench sslmode=disable user=\(account[0]) \
      password=\(account[1])
      """)
    guard PQstatus(session) == CONNECTION_OK else {
      throw BenchError(String(cString: PQerrorMessage(session)))
    }
    guard PQsendQuery(session, "SELECT pg_sleep(3600)") == 1, PQflush(session) == 0 else {
      throw BenchError("\(account[0]) cannot run a query")
    }
    return session
  }
  FileHandle.standardOutput.write(Data("open\n".utf8))
  // What an ended session says before it hangs up is of no use to anybody.
  var waiting = sessions.map { pollfd(fd: PQsocket($0), events: CShort(POLLIN), revents: 0) }
  var scratch = [UInt8](repeating: 0, count: 4_096)
  while !waiting.isEmpty {
    poll(&waiting, nfds_t(waiting.count), -1)
    waiting.removeAll { $0.revents != 0 && recv($0.fd, &scratch, scratch.count, 0) <= 0 }
  }
  print(Int(Date().timeIntervalSince1970 * 1_000))
}
