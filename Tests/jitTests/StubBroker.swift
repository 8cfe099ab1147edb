import AccessAPI
import Foundation
import Glibc
import Synchronization
import Testing

@testable import jit

/// A broker that plays a script on a Unix socket: one turn for each message that it gets.
final class StubBroker: Sendable {
  enum Turn: Sendable {
    case answer(status: Int, String)
    /// Reads the message and hangs up.
    case hangUp
    /// Answers with this text as it is, and hangs up.
    case raw(String)
  }

  struct Message: Sendable {
    /// `GET /v1/whoami`
    let line: String
    let fields: [String: String]
    let body: String
  }

  let path: String
  private let listener: Int32
  private let received = Mutex<[Message]>([])

  var messages: [Message] { received.withLock { $0 } }

  init(_ script: [Turn]) throws {
    path = "/tmp/jit-stub-\(UUID().uuidString.prefix(8)).sock"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    try #require(listen(listener, 8) == 0)
    Thread.detachNewThread { [weak self, listener] in
      for turn in script {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { return }
        self?.play(turn, peer)
        close(peer)
      }
    }
  }

  deinit {
    // Ends a thread that still waits for a message.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    unlink(path)
  }

  /// What a client needs to find it.
  func configuration(token: String? = nil) throws -> BrokerConfiguration {
    var environment = ["JIT_BROKER": "unix://\(path)"]
    environment["JIT_TOKEN"] = token
    return try BrokerConfiguration(.ordinary, environment: environment)
  }

  private func play(_ turn: Turn, _ peer: Int32) {
    guard let message = readMessage(peer) else { return }
    received.withLock { $0.append(message) }
    switch turn {
    case .answer(let status, let body):
      send(
        "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)",
        peer)
    case .raw(let text): send(text, peer)
    case .hangUp: break
    }
  }

  private func send(_ text: String, _ peer: Int32) {
    let bytes = Array(text.utf8)
    Glibc.send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  private func readMessage(_ peer: Int32) -> Message? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let message = Message(bytes) { return message }
      let count = recv(peer, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }
}

extension StubBroker.Message {
  /// Nil until all of it has come.
  fileprivate init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    let pairs = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
    }
    fields = Dictionary(pairs, uniquingKeysWith: { $1 })
    body = String(text[end.upperBound...])
    line = lines[0].replacingOccurrences(of: " HTTP/1.1", with: "")
    guard body.utf8.count >= fields["content-length"].flatMap(Int.init) ?? 0 else { return nil }
  }
}
