import Glibc

/// A stream socket in plain POSIX calls: a test sees the very bytes that a client sees.
final class Connection {
  private let socket: Int32
  private var unread: [UInt8] = []

  /// How long a reply may take before the test fails.
  private static let secondsMax = 20

  init(_ path: String) throws {
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: Self.secondsMax, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    let connected = withSocketAddress(path) { connect(socket, $0, $1) }
    guard connected == 0 else { throw ConnectionError.last("connect") }
  }

  deinit { close(socket) }

  /// Sends all of it; throws when the other end does not take it.
  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw ConnectionError.last("send") }
      rest = rest.dropFirst(count)
    }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends until the other end has enough; answers whether it took everything.
  @discardableResult
  func offer(_ text: String) -> Bool {
    do { try send(text) } catch { return false }
    return true
  }

  /// One response (RFC 9112), with a length or in chunks.
  func receive() throws -> Reply {
    let lines = try readHead().split(separator: "\r\n").map(String.init)
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
      throw ConnectionError("not a status line: \(lines[0])")
    }
    let pairs = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (parts[0].lowercased(), String(parts[1].drop { $0 == " " }))
    }
    let fields = Dictionary(pairs) { "\($0), \($1)" }
    if fields["transfer-encoding"] == "chunked" {
      return Reply(status: status, fields: fields, body: try readChunks())
    }
    let length = fields["content-length"].flatMap { Int($0) } ?? 0
    return Reply(status: status, fields: fields, body: try read(length))
  }

  private func readHead() throws -> String {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try read(1) }
    return String(decoding: head.dropLast(4), as: UTF8.self)
  }

  private func readChunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      var line: [UInt8] = []
      while !line.suffix(2).elementsEqual("\r\n".utf8) { line += try read(1) }
      let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16)
      guard let size else { throw ConnectionError("not a chunk size") }
      body += try read(size)
      _ = try read(2)
      if size == 0 { return body }
    }
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while unread.count < count {
      let got = recv(socket, &buffer, buffer.count, 0)
      guard got != 0 else { throw ConnectionError("hung up") }
      guard got > 0 else { throw ConnectionError.last("recv") }
      unread += buffer[..<got]
    }
    defer { unread.removeFirst(count) }
    return Array(unread.prefix(count))
  }
}

struct ConnectionError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  static func last(_ call: String) -> ConnectionError {
    ConnectionError("\(call): \(String(cString: strerror(errno)))")
  }
}

/// The address of a Unix socket, as connect(2) and bind(2) take it.
func withSocketAddress<Value>(
  _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
}
