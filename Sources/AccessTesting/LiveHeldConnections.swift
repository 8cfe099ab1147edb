import Foundation

/// Connections to a Unix socket at which nothing is said, as many as one user gets.
package final class LiveHeldConnections: Sendable {
  private let sockets: [CInt]

  /// Tries `count` of them; who is at the other end may close some at once.
  package init(to path: String, count: Int) throws {
    sockets = try (0..<count).compactMap { _ in
      let socket = try openSocket()
      // Else a full queue of those that wait to be accepted would keep us here.
      _ = fcntl(socket, F_SETFL, O_NONBLOCK)
      if connect(socket, to: path) { return socket }
      close(socket)
      return nil
    }
  }

  deinit { for socket in sockets { close(socket) } }

  package var count: Int { sockets.count }
}
