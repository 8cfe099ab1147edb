import Foundation

/// One connection to jitd, with as little work on our side as there can be.
final class HTTP {
  private let socket: CInt
  private var buffer = [UInt8](repeating: 0, count: 65_536)

  init(_ path: String) throws {
    socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw BenchError("\(path) is too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, size) == 0
      }
    }
    guard connected else { throw BenchError("\(path) cannot be reached") }
  }

  deinit { close(socket) }

  struct Account: Decodable {
    let user: String
    let password: String
  }

  private struct Made: Decodable { let id: String }

  func request(as token: String, for duration: String) throws -> String {
    let body = #"{"database":"bench","role":"read","duration":"\#(duration)","reason":null}"#
    let made = try call("POST", "/v1/requests", as: token, body: body)
    return try JSONDecoder().decode(Made.self, from: made).id
  }

  func activate(_ id: String, as token: String) throws -> Account {
    try JSONDecoder().decode(
      Account.self, from: call("POST", "/v1/requests/\(id)/activate", as: token))
  }

  /// The body of an answer that is no refusal.
  func call(
    _ method: String, _ path: String, as token: String, body: String = ""
  ) throws -> Data {
    try send(
      """
      \(method) \(path) HTTP/1.1\r
      Host: jit\r
      Authorization: Bearer \(token)\r
      Content-Type: application/json\r
      Content-Length: \(body.utf8.count)\r
      \r
      \(body)
      """)
    var received = Data()
    while true {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { throw BenchError("\(path): jitd hung up") }
      received.append(contentsOf: buffer[..<count])
      if let answer = try answer(in: received, to: path) { return answer }
    }
  }

  private func send(_ message: String) throws {
    let bytes = Array(message.utf8)
    guard Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
      throw BenchError("jitd does not take what is sent")
    }
  }

  /// Nil while there is more to come.
  private func answer(in received: Data, to path: String) throws -> Data? {
    guard let end = received.range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
    let field = head.split(separator: "\r\n").first {
      $0.lowercased().hasPrefix("content-length:")
    }
    guard let field, let length = Int(field.dropFirst(15).trimmingCharacters(in: .whitespaces))
    else { throw BenchError("an answer without a length: \(head)") }
    let body = received[end.upperBound...]
    guard body.count >= length else { return nil }
    guard head.hasPrefix("HTTP/1.1 2") else {
      throw BenchError("\(path): \(String(decoding: body, as: UTF8.self))")
    }
    return Data(body)
  }
}
