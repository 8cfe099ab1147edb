import AccessCore
import NIOCore
import Synchronization

/// How many connections each user of the host holds on one socket, so that nobody can hold them all.
final class ConnectionsPerPeer: Sendable {
  private let counts = Mutex<[UInt32: Int]>([:])

  /// False when the user has as many as one may have.
  func take(_ uid: UInt32) -> Bool {
    counts.withLock { counts in
      guard counts[uid, default: 0] < Limits.connectionsPerPeerMax else { return false }
      counts[uid, default: 0] += 1
      return true
    }
  }

  func giveBack(_ uid: UInt32) {
    counts.withLock { counts in
      let left = counts[uid, default: 1] - 1
      counts[uid] = left > 0 ? left : nil
    }
  }

  /// What stands in the pipeline of one connection: it closes the one that is too many.
  func handler() -> any RemovableChannelHandler { Handler(self) }

  private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let connections: ConnectionsPerPeer
    private var uid: UInt32?

    init(_ connections: ConnectionsPerPeer) { self.connections = connections }

    func channelActive(context: ChannelHandlerContext) {
      PeerCredentials.read(from: context.channel).assumeIsolated().whenSuccess { peer in
        guard let peer else { return }
        if self.connections.take(peer.uid) {
          self.uid = peer.uid
        } else {
          context.close(promise: nil)
        }
      }
      context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
      if let uid { connections.giveBack(uid) }
      uid = nil
      context.fireChannelInactive()
    }
  }
}
