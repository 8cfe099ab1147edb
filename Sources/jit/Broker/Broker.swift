import AccessAPI
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The client's end of the API.
struct Broker: Sendable {
  let configuration: BrokerConfiguration
  let witness: Witness
  private let client: HTTPClient

  /// Longer than any list that a broker sends.
  private static let replyBytesMax = 64 << 20
  private static let connectSeconds: Int64 = 5
  private static let replySeconds: Int64 = 60

  /// Connects as the environment says, for as long as `body` runs.
  static func open<Result>(
    _ door: BrokerConfiguration.Door = .ordinary, body: (Broker) async throws -> Result
  ) async throws -> Result {
    try await open(BrokerConfiguration(door), body: body)
  }

  static func open<Result>(
    _ configuration: BrokerConfiguration, body: (Broker) async throws -> Result
  ) async throws -> Result {
    var settings = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(connectSeconds), read: .seconds(replySeconds)))
    settings.httpVersion = .http1Only
    // A broker that is not there is told at once, not after five seconds of trying.
    settings.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    do {
      let result = try await body(Broker(configuration, client))
      try await client.shutdown()
      return result
    } catch {
      try await client.shutdown()
      throw error
    }
  }

  private init(_ configuration: BrokerConfiguration, _ client: HTTPClient) {
    self.configuration = configuration
    self.client = client
    witness = Witness(
      at: configuration.address.description, configuration.witnessMemory, warn: warnOfLedger)
  }

  func get<View>(
    _ path: String, query: [(name: String, value: String)] = []
  ) async throws -> Reply<View> {
    try await send(message(path, query))
  }

  /// - Parameter key: what tells the broker that a repeated call is the same one.
  func post<View>(
    _ path: String, _ body: some Encodable = NoFields(), key: IdempotencyKey = .fresh()
  ) async throws -> Reply<View> {
    var message = message(path, [])
    message.method = .POST
    message.headers.add(name: "Content-Type", value: "application/json")
    message.headers.add(name: HeaderName.idempotencyKey, value: key.text)
    message.body = .bytes([UInt8](try JSONEncoder().encode(body)))
    return try await send(message)
  }

  /// Hands on the body of a reply as it comes, whatever its length.
  ///
  /// - Parameter sink: gets each piece, and how many entries the ledger has, if the broker said so.
  func stream(
    _ path: String, query: [(name: String, value: String)] = [],
    to sink: (ByteBufferView, _ ledgerSize: UInt64?) throws -> Void
  ) async throws {
    let response = try await translatingErrors {
      try await execute(message(path, query), deadline: .distantFuture)
    }
    guard response.status == .ok else {
      throw problem(status: Int(response.status.code), try await bytes(of: response))
    }
    let size = response.headers.first(name: HeaderName.ledgerSize).flatMap { UInt64($0) }
    var chunks = response.body.makeAsyncIterator()
    while let chunk = try await nextChunk(of: &chunks) {
      try sink(chunk.readableBytesView, size)
    }
  }

  private func message(
    _ path: String, _ query: [(name: String, value: String)]
  ) -> HTTPClientRequest {
    var message = HTTPClientRequest(url: configuration.address.url(path: path, query: query))
    if case .socket = configuration.address {
      message.headers.add(name: "Host", value: "localhost")
    }
    message.headers.add(name: "Accept", value: "application/json")
    if let token = configuration.token {
      message.headers.add(name: "Authorization", value: "Bearer \(token)")
    }
    return message
  }

  /// When the connection is lost, the same message is sent once more, with the same key: what was
  /// done is not done twice.
  private func send<View>(_ message: HTTPClientRequest) async throws -> Reply<View> {
    do {
      return try await exchange(message)
    } catch  where isLostConnection(error) {
      return try await translatingErrors { try await exchange(message) }
    } catch {
      throw translated(error)
    }
  }

  private func exchange<View>(_ message: HTTPClientRequest) async throws -> Reply<View> {
    let response = try await execute(message, deadline: .now() + .seconds(Self.replySeconds))
    let bytes = try await bytes(of: response)
    let status = Int(response.status.code)
    guard (200..<300).contains(status) else { throw problem(status: status, bytes) }
    return try Reply(bytes)
  }

  /// Every message says what the witness saw, and every reply is shown to it.
  private func execute(
    _ message: HTTPClientRequest, deadline: NIODeadline
  ) async throws -> HTTPClientResponse {
    var message = message
    let size = witness.size
    message.headers.replaceOrAdd(name: HeaderName.witnessSize, value: String(size))
    let response = try await client.execute(message, deadline: deadline)
    let isSuccess = (200..<300).contains(response.status.code)
    witness.look(at: response.headers, isSuccess: isSuccess, sentSize: size)
    return response
  }

  private func nextChunk(
    of chunks: inout HTTPClientResponse.Body.AsyncIterator
  ) async throws -> ByteBuffer? {
    do { return try await chunks.next() } catch { throw brokenOff(configuration) }
  }

  private func bytes(of response: HTTPClientResponse) async throws -> [UInt8] {
    Array(try await response.body.collect(upTo: Self.replyBytesMax).readableBytesView)
  }

  private func translatingErrors<Result>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    do { return try await body() } catch { throw translated(error) }
  }

  private func translated(_ error: any Error) -> any Error {
    error as? Failure ?? unreachable(configuration, error)
  }
}

/// The body of an act that needs no more words: `{}`.
struct NoFields: Encodable {}

/// 128 random bits: no two calls ever share them.
struct IdempotencyKey: Equatable, Sendable {
  let text: String

  static func fresh() -> IdempotencyKey {
    var generator = SystemRandomNumberGenerator()
    let halves = [generator.next() as UInt64, generator.next() as UInt64]
    return IdempotencyKey(
      text: halves.map { half in
        let digits = String(half, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined())
  }
}
