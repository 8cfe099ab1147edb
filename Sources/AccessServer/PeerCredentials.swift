import AccessCore
import Glibc
import NIOCore

/// The process at the other end of a Unix socket, as the kernel knows it (unix(7), `SO_PEERCRED`).
struct PeerCredentials: Sendable {
  let uid: UInt32

  /// Nil when the other end is not on this host. The family is checked first: on a TCP socket the
  /// call succeeds, and answers the uid 4294967295.
  static func read(from channel: any Channel) -> EventLoopFuture<PeerCredentials?> {
    guard case .unixDomainSocket? = channel.localAddress,
      let provider = channel as? any SocketOptionProvider
    else { return channel.eventLoop.makeSucceededFuture(nil) }
    let found: EventLoopFuture<Layout> = provider.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    return found.map { PeerCredentials(uid: $0.uid) }
  }

  /// `struct ucred` of the kernel.
  private struct Layout: Sendable {
    var pid: Int32 = 0
    var uid: UInt32 = .max
    var gid: UInt32 = .max
  }

  /// The uid that stands for every user that this user namespace does not know: it is nobody in
  /// particular.
  static let overflowUID: UInt32 = {
    guard let file = fopen("/proc/sys/kernel/overflowuid", "r") else { return 65_534 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    guard fgets(&line, Int32(line.count), file) != nil else { return 65_534 }
    let digits = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
    return UInt32(String(decoding: digits, as: UTF8.self)) ?? 65_534
  }()

  /// The name of the user; nil for a uid that nobody has, or whose name is no principal.
  var principal: Principal? {
    guard uid != Self.overflowUID, uid != .max else { return nil }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return nil }
    return Principal(String(cString: name))
  }
}
