import CLibPQ
import Glibc

/// What ends a call that blocks, from any other thread.
///
/// `@unchecked Sendable`: both values never change after `init`; libpq documents `PQcancel` as safe
/// on any thread, and `shutdown` on a descriptor that stays open as long as this object is safe too.
final class Interruption: @unchecked Sendable {
  private let key: OpaquePointer
  /// A copy of our own: libpq closes its own when it gives up, and the number may then be another's.
  private let socket: CInt

  /// Nil when memory or descriptors have run out.
  init?(_ connection: OpaquePointer) {
    let socket = fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)
    guard socket >= 0 else { return nil }
    guard let key = PQgetCancel(connection) else {
      close(socket)
      return nil
    }
    self.key = key
    self.socket = socket
  }

  deinit {
    PQfreeCancel(key)
    close(socket)
  }

  /// Asks the server, over a connection of its own, to end the running statement. Blocks.
  func cancel() throws(PostgresError) {
    // libpq asks for 256 bytes.
    let failure = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      PQcancel(key, buffer.baseAddress, CInt(buffer.count)) == 1
        ? nil : buffer.baseAddress.map { String(cString: $0) }
    }
    if let failure { throw .unreachable("the cancel request was not delivered: \(failure)") }
  }

  /// Ends the connection under whoever waits on it.
  func sever() {
    shutdown(socket, CInt(SHUT_RDWR))
  }
}
