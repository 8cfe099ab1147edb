import Glibc

/// Connections of a stranger who begins to log in, and then says nothing more: the server waits for
/// the proof, for a minute.
final class HalfOpenLogins: Sendable {
  private let sockets: [Int32]

  init(_ count: Int, as user: String, to port: Int) throws(SlowRoad.Errno) {
    var sockets: [Int32] = []
    for _ in 0..<count { sockets.append(try Self.begin(user, port)) }
    self.sockets = sockets
  }

  deinit { for socket in sockets { close(socket) } }

  func letGo() { for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) } }

  private static func begin(_ user: String, _ port: Int) throws(SlowRoad.Errno) -> Int32 {
    let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard made >= 0 else { throw SlowRoad.Errno(number: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isThere = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(made, $0, size) == 0 }
    }
    let packet = startup(user)
    guard isThere, send(made, packet, packet.count, Int32(MSG_NOSIGNAL)) == packet.count else {
      throw SlowRoad.Errno(number: errno)
    }
    return made
  }

  /// Source: PostgreSQL documentation, "Message Formats", StartupMessage.
  private static func startup(_ user: String) -> [UInt8] {
    let version: [UInt8] = [0, 3, 0, 0]
    let body = version + Array("user\0\(user)\0database\0postgres\0\0".utf8)
    let length = UInt32(body.count + 4).bigEndian
    return withUnsafeBytes(of: length) { Array($0) } + body
  }
}
