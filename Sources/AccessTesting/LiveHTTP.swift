import Foundation

/// An answer to a message that no client of ours would send.
package struct LiveAnswer: Sendable {
  package let status: Int
  package let mediaType: String?
  package let body: [UInt8]

  package func json<View: Decodable>(_ type: View.Type = View.self) throws -> View {
    try JSONDecoder().decode(View.self, from: Data(body))
  }
}

/// Sends bytes to a Unix socket, and reads what comes back until the other end closes.
///
/// - Parameter message: a whole HTTP/1.1 message with `Connection: close`.
func exchange(_ message: [UInt8], at path: String, seconds: Int = 30) async throws -> LiveAnswer {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async {
      continuation.resume(with: Result { try blockingExchange(message, at: path, seconds) })
    }
  }
}

/// Whether somebody takes connections at a Unix socket.
func answers(_ path: String) throws -> Bool {
  let socket = try openSocket()
  defer { close(socket) }
  return connect(socket, to: path)
}

private func blockingExchange(
  _ message: [UInt8], at path: String, _ seconds: Int
) throws -> LiveAnswer {
  let socket = try openSocket()
  defer { close(socket) }
  guard connect(socket, to: path) else {
    throw LiveError("\(path) cannot be reached: \(String(cString: strerror(errno)))")
  }
  let deadline = ContinuousClock.now + .seconds(seconds)
  var unsent = message[...]
  var received: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while ContinuousClock.now < deadline {
    let events = unsent.isEmpty ? POLLIN : POLLIN | POLLOUT
    var ready = pollfd(fd: socket, events: CShort(events), revents: 0)
    poll(&ready, 1, 1_000)
    if ready.revents & CShort(POLLIN | POLLHUP | POLLERR) != 0 {
      let count = recv(socket, &buffer, buffer.count, 0)
      if count <= 0 { return try LiveAnswer(received) }
      received += buffer[..<count]
    } else if ready.revents & CShort(POLLOUT) != 0 {
      let count = unsent.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
      }
      // Who does not want to read it all may still have answered.
      unsent = count > 0 ? unsent.dropFirst(count) : []
    }
  }
  throw LiveError(
    "no end of the answer within \(seconds) s: \(String(decoding: received, as: UTF8.self))")
}

func openSocket() throws -> CInt {
  let socket = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  guard socket >= 0 else { throw LiveError("no socket: \(String(cString: strerror(errno)))") }
  return socket
}

func connect(_ socket: CInt, to path: String) -> Bool {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  precondition(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
    }
  }
}

extension LiveAnswer {
  /// Reads an answer with a status line, fields and a body that is not chunked.
  fileprivate init(_ bytes: [UInt8]) throws {
    let data = Data(bytes)
    guard let end = data.range(of: Data("\r\n\r\n".utf8)) else {
      throw LiveError("no answer, or half of one: \(String(decoding: bytes, as: UTF8.self))")
    }
    let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(
      separatedBy: "\r\n")
    guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw LiveError("not a status line: \(lines[0])")
    }
    let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1) }
    self.status = status
    mediaType = fields.first { $0[0].lowercased() == "content-type" }?.last?
      .trimmingCharacters(in: .whitespaces)
    body = Array(data[end.upperBound...])
  }
}
