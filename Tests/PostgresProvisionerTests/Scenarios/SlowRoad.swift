import Dispatch
import Glibc

/// A way to the server on which a client's proof that it knows the password waits until `letGo`.
final class SlowRoad: Sendable {
  let port: Int
  let isHeld = Shared(false)
  private let mayGo = DispatchSemaphore(value: 0)

  /// For one client.
  init(to server: Int) throws(Errno) {
    let listener = try Self.openSocket()
    var address = Self.local(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isListening else { throw Errno(number: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
    let ahead = try Self.openSocket()
    var target = Self.local(port: server)
    let isThere = withUnsafeMutablePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(ahead, $0, size) == 0 }
    }
    guard isThere else { throw Errno(number: errno) }
    DispatchQueue.global().async { [self] in
      let client = accept(listener, nil, nil)
      close(listener)
      DispatchQueue.global().async { Self.carry(from: ahead, to: client) { _ in } }
      var proofs = 0
      Self.carry(from: client, to: ahead) { type in
        // Of a SCRAM exchange: the client's first message, and then its proof.
        if type == UInt8(ascii: "p") { proofs += 1 }
        if type == UInt8(ascii: "p"), proofs == 2 {
          isHeld.change { $0 = true }
          mayGo.wait()
        }
      }
    }
  }

  struct Errno: Error { let number: Int32 }

  func letGo() { mayGo.signal() }

  private static func openSocket() throws(Errno) -> Int32 {
    let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard made >= 0 else { throw Errno(number: errno) }
    return made
  }

  private static func local(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }

  private static func carry(from: Int32, to: Int32, _ before: (UInt8) -> Void) {
    var bytes = [UInt8](repeating: 0, count: 8_192)
    while true {
      let count = recv(from, &bytes, bytes.count, 0)
      guard count > 0 else { break }
      before(bytes[0])
      guard send(to, bytes, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    shutdown(to, Int32(SHUT_RDWR))
    shutdown(from, Int32(SHUT_RDWR))
  }
}
