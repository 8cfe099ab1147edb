import AccessAPI
import AccessBroker
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore

/// A whole copy of the ledger, on the admin socket only.
struct BackupRoute {
  let broker: Broker

  func add(to router: Router<APIContext>) { router.get("/v1/backup", use: copy) }

  private func copy(_ request: Request, _ context: APIContext) async throws -> Response {
    let (path, size) = try await broker.backup(by: context.caller)
    // Open, it stays readable, and however this ends nothing is left.
    defer { broker.ledger.removeTemporary(path) }
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    let length = try file.seekToEnd()
    try file.seek(toOffset: 0)
    var headers: HTTPFields = [.contentType: "application/vnd.sqlite3"]
    headers[HeaderName.ledgerSize] = String(size)
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody(contentLength: Int(length)) { writer in
        while let piece = try file.read(upToCount: 1 << 18), !piece.isEmpty {
          try await writer.write(ByteBuffer(bytes: piece))
        }
        try await writer.finish(nil)
      })
  }
}
