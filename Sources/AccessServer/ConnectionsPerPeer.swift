import AccessCore
import NIOCore
import Synchronization

/// How many connections there are on one socket, and how many each user of the host holds.
final class ConnectionsPerPeer: Sendable {
  private struct Counts {
    var all = 0
    var ofPeer: [UInt32: Int] = [:]
  }

  private let most: CallersMax
  private let counts = Mutex(Counts())

  init(most: CallersMax) { self.most = most }

  /// False when the user has as many as one may have, or all together have as many as there are: the
  /// kernel hands over several at a time, and so a few too many.
  func take(_ uid: UInt32) -> Bool {
    counts.withLock { counts in
      guard counts.all < most.connections, counts.ofPeer[uid, default: 0] < most.perPeer
      else { return false }
      counts.all += 1
      counts.ofPeer[uid, default: 0] += 1
      return true
    }
  }

  func giveBack(_ uid: UInt32) {
    counts.withLock { counts in
      counts.all -= 1
      let left = counts.ofPeer[uid, default: 1] - 1
      counts.ofPeer[uid] = left > 0 ? left : nil
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
