import AccessAPI
import AccessBroker
import AccessCore
import Hummingbird
import Ledger
import NIOCore

/// `GET /v1/audit/entries?format=jsonl|csv&since=…&until=…&database=…`
struct AuditRoutes {
  let broker: Broker

  func add(to router: Router<APIContext>) { router.get("/v1/audit/entries", use: export) }

  private func export(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = request.uri.queryParameters
    guard let format = ExportFormat(rawValue: query["format"].map(String.init) ?? "jsonl") else {
      throw Problem(.usage, "the format is jsonl or csv")
    }
    var selection = Selection(
      size: 0, since: try time(query["since"].map(String.init)),
      until: try time(query["until"].map(String.init)))
    if let text = query["database"].map(String.init) {
      guard let name = DatabaseName(text) else { throw Problem(.usage, "not a database name") }
      selection.database = name
    }
    // Only now, so that a refused question leaves no entry of an export.
    selection.size = try await broker.beginExport(format: format, by: context.caller)
    let (ledger, chosen) = (broker.ledger, selection)
    var headers = HTTPFields()
    headers[.contentType] = format == .csv ? "text/csv; charset=utf-8" : "application/jsonl"
    let body = ResponseBody { writer in
      try await writer.write(ByteBuffer(bytes: ledger.exportHeader(format)))
      var next: Int64 = 0
      while let page = try await ledger.exportPage(chosen, from: next, as: format) {
        try await writer.write(ByteBuffer(bytes: page.bytes))
        next = page.next
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: headers, body: body)
  }

  private func time(_ text: String?) throws -> Timestamp? {
    guard let text else { return nil }
    guard let time = Timestamp(text) else {
      throw Problem(.usage, "“\(text.prefix(40).inert)” is not a time", hint: "write RFC 3339")
    }
    return time
  }
}
