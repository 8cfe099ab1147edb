/// How many connections callers hold on one socket. Each is an open file, and what ends access needs
/// some as well: connections to databases, the ledger that is opened anew, the notify program. So
/// callers have half of what there is, on both sockets together, whatever they do.
package struct CallersMax: Sendable, Equatable {
  package let connections: Int
  /// Of one OS user, so that nobody can hold them all.
  package let perPeer: Int

  private init(connections: Int, connectionsMax: Int) {
    self.connections = min(connectionsMax, max(4, connections))
    perPeer = min(256, max(4, self.connections / 4))
  }

  /// On the socket that everybody may reach, where the process may have `descriptors` open files.
  package static func ordinary(descriptors: Int) -> CallersMax {
    CallersMax(connections: descriptors / 8 * 3, connectionsMax: 4_096)
  }

  /// On the socket of the operators of this host: people at the other one do not shut them out.
  package static func admin(descriptors: Int) -> CallersMax {
    CallersMax(connections: descriptors / 8, connectionsMax: 1_024)
  }
}
