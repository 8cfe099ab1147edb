import AccessAPI
import AccessBroker
import AccessCore
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore

/// A write as it came in: the decoded body, and what makes a repetition of it harmless.
struct Write<Body: Sendable>: Sendable {
  let body: Body
  let idempotency: IdempotencyKey?
}

extension Request {
  /// Reads a bounded JSON body.
  func write<Body: ClosedBody>(_ type: Body.Type, by caller: Caller) async throws -> Write<Body> {
    let bytes = try await boundedBody()
    do {
      let body = try JSONDecoder().decode(Body.self, from: Data(bytes))
      let sent = try JSONDecoder().decode([String: Ignored].self, from: Data(bytes)).keys
      let known = Body.CodingKeys.allCases.map(\.stringValue)
      if let unknown = sent.sorted().first(where: { !known.contains($0) }) {
        throw Problem(
          .usage, "“\(unknown.prefix(40).inert)” is nothing that this path takes",
          hint: "it takes \(known.sorted().joined(separator: ", "))")
      }
      return Write(body: body, idempotency: try idempotency(bytes, by: caller))
    } catch let error as DecodingError {
      throw Problem(.usage, "the body is not what this path takes: \(error.inWords)")
    }
  }

  /// A write without a body.
  func bareWrite(by caller: Caller) async throws -> IdempotencyKey? {
    try idempotency(try await boundedBody(), by: caller)
  }

  private func boundedBody() async throws -> [UInt8] {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > Limits.bodyBytesMax {
      throw Problem(.tooLarge, "the body is larger than \(Limits.bodyBytesMax) bytes")
    }
    return Array(buffer: try await body.collect(upTo: Limits.bodyBytesMax))
  }

  /// The key speaks for this path and this body; for anything else it is refused.
  private func idempotency(_ body: [UInt8], by caller: Caller) throws -> IdempotencyKey? {
    guard let key = headers[HeaderName.idempotencyKey] else { return nil }
    guard !key.isEmpty, key.utf8.count <= Limits.idempotencyKeyBytesMax else {
      throw Problem(
        .usage, "an idempotency key has 1 to \(Limits.idempotencyKeyBytesMax) characters")
    }
    let asked = Array("\(method.rawValue) \(uri.path)\n".utf8) + body
    return IdempotencyKey(actor: caller.principal, key: key, fingerprint: sha256(asked))
  }
}

/// A value of which only the key counts.
private struct Ignored: Decodable {
  init(from decoder: any Decoder) {}
}

/// SHA-256 for digests of requests, commitments and tokens.
package let sha256: SHA256Function = { bytes in
  guard let digest = AccessCore.Digest(bytes: Array(SHA256.hash(data: bytes))) else {
    // SHA-256 has 32 bytes by definition, which is all that a digest asks for.
    preconditionFailure("SHA-256 did not give 32 bytes")
  }
  return digest
}

extension DecodingError {
  fileprivate var inWords: String {
    switch self {
    case .keyNotFound(let key, _): "“\(key.stringValue.inert)” is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.last.map { "“\($0.stringValue.inert)” is not right" } ?? "not JSON"
    @unknown default: "not JSON"
    }
  }
}

/// A JSON answer. Keys are sorted, so that two answers can be compared.
func jsonResponse(
  _ value: some Encodable, status: HTTPResponse.Status = .ok,
  mediaType: String = "application/json"
) throws -> Response {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let data = try encoder.encode(value)
  var headers = HTTPFields()
  headers[.contentType] = mediaType
  headers[.cacheControl] = "no-store"
  return Response(
    status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
}
