import Glibc
import Synchronization

extension ThrowAwayPostgres {
  /// A port of 127.0.0.1 on which nobody listens, and another one each time: between the look at it
  /// and the start of its server lies an initdb, in which nobody else may get it.
  ///
  /// Below the range from which the system gives ports to outgoing connections (32768 and up): a
  /// client could else get the port of a server that is down for a moment, and even reach itself.
  static func freePort() throws -> Int {
    for _ in 0..<100 {
      let port = lastPort.withLock { last in
        last = last + 1 < ports.upperBound ? last + 1 : ports.lowerBound
        return last
      }
      if try isFree(port) { return Int(port) }
    }
    throw ThrowAwayPostgresError("100 ports of 127.0.0.1 were tried and none is free")
  }
}

private let ports: Range<UInt16> = 20_000..<32_000
/// At random at first: another process may be looking for ports at the same time.
private let lastPort = Mutex(UInt16.random(in: ports))

private func isFree(_ port: UInt16) throws -> Bool {
  let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard socket >= 0 else {
    throw ThrowAwayPostgresError("no socket: \(String(cString: strerror(errno)))")
  }
  defer { close(socket) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
  return withUnsafePointer(to: address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}
