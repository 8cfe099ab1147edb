import AccessAPI
import AccessBroker
import AccessCore
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore
import ServiceLifecycle

/// `/v1/audit`: the entries, for those who have the authority `audit`, and what proves them, for
/// everybody.
struct AuditRoutes {
  let broker: Broker

  func add(to router: Router<APIContext>) {
    router.get("/v1/audit/entries", use: entries)
    router.get("/v1/audit/entries/:index", use: entry)
    router.get("/v1/audit/bundle", use: bundle)
    router.get("/v1/audit/checkpoint", use: checkpoint)
    router.get("/v1/audit/proof", use: proof)
  }

  /// `?format=jsonl|csv`, a selection, `from=INDEX`, and `follow=true`, which goes on with what is
  /// yet to come; with it an empty line now and then says that the broker is there.
  private func entries(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = AuditQuery(request)
    guard let format = ExportFormat(rawValue: query["format"] ?? "jsonl") else {
      throw Problem(.usage, "the format is jsonl or csv")
    }
    let (from, follows) = (try query.number("from") ?? 0, try query.flag("follow"))
    guard format == .jsonl || !follows else { throw Problem(.usage, "only jsonl can be followed") }
    let selection = try await broker.beginExport(
      query.selection(), format: follows ? "tail" : format.rawValue, by: context.caller)
    let ledger = broker.ledger
    let type = format == .csv ? "text/csv; charset=utf-8" : "application/jsonl"
    return stream(type, selection.size) { writer in
      try await writer.write(ByteBuffer(bytes: ledger.exportHeader(format)))
      var page = try await ledger.exportPage(selection, from: from, as: format)
      var end = from
      while let current = page {
        // The next one is read while the reader takes this one.
        async let next = ledger.exportPage(selection, from: current.next, as: format)
        try await writer.write(ByteBuffer(bytes: current.bytes))
        (page, end) = (try await next, current.next)
      }
      if follows {
        try await follow(selection, from: max(end, selection.size), as: format, to: &writer)
      }
    }
  }

  private func entry(_ request: Request, _ context: APIContext) async throws -> Response {
    let text = try context.parameters.require("index")
    guard let index = Int64(text), index >= 0 else { throw Problem(.usage, "not an index") }
    let size = try await broker.beginExport(
      Selection(size: 0), format: "entry", by: context.caller
    ).size
    guard let body = try await broker.ledger.body(of: index) else {
      throw Problem(.notFound, "there is no entry \(index)", hint: "the last one is \(size - 1)")
    }
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  private func bundle(_ request: Request, _ context: APIContext) async throws -> Response {
    var selection = try await broker.beginExport(
      AuditQuery(request).selection(), format: "bundle", by: context.caller)
    let ledger = broker.ledger
    let checkpoint = try await ledger.checkpoint()
    let verifier = await ledger.verifierKey
    selection.size = checkpoint.size
    let chosen = selection
    return stream("application/vnd.jit.bundle", chosen.size) { writer in
      var lines = checkpoint.note.split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast().map { bundleLine(.checkpoint, $0.utf8) }
      lines.append(bundleLine(.verifier, verifier.utf8))
      try await writer.write(ByteBuffer(bytes: lines.joined()))
      var next: Int64 = 0
      while let page = try await ledger.bundlePage(chosen, from: next) {
        try await writer.write(ByteBuffer(page.lines))
        next = page.next
      }
      var last = ""
      while let page = try await ledger.grantsPage(chosen, after: last) {
        try await writer.write(ByteBuffer(page.lines))
        last = page.last
      }
    }
  }

  private func checkpoint(_ request: Request, _ context: APIContext) async throws -> Response {
    let checkpoint = try await broker.ledger.checkpoint()
    return try jsonResponse(
      CheckpointView(
        checkpoint: checkpoint.note, size: checkpoint.size,
        verifierKey: await broker.ledger.verifierKey))
  }

  /// `?index=I&size=N` for inclusion, `?old_size=M&size=N` for consistency.
  private func proof(_ request: Request, _ context: APIContext) async throws -> Response {
    let query = AuditQuery(request)
    let ledger = broker.ledger
    let path: [String]? =
      switch (try query.number("index"), try query.number("old_size"), try query.number("size")) {
      case (let index?, nil, let size?): try await ledger.inclusionProof(of: index, in: size)
      case (nil, let old?, let size?): try await ledger.consistencyProof(from: old, to: size)
      case (_, _, _):
        throw Problem(.usage, "a proof is asked for by index and size, or by old_size and size")
      }
    guard let path else {
      let size = try await ledger.checkpoint().size
      throw Problem(.notFound, "there is no such proof", hint: "the ledger has \(size) entries")
    }
    return try jsonResponse(ProofView(path: path))
  }

  /// Looks for new entries until the reader or the broker goes.
  private func follow(
    _ selection: Selection, from: Int64, as format: ExportFormat,
    to writer: inout any ResponseBodyWriter
  ) async throws {
    var (selection, next, silence) = (selection, from, Duration.zero)
    while !Task.isShuttingDownGracefully {
      try await Task.sleep(for: lookAgainAfter)
      silence += lookAgainAfter
      selection.size = try await broker.ledger.checkpoint().size
      while let page = try await broker.ledger.exportPage(selection, from: next, as: format) {
        try await writer.write(ByteBuffer(bytes: page.bytes))
        (next, silence) = (page.next, .zero)
      }
      next = max(next, selection.size)
      if silence >= signOfLifeAfter {
        try await writer.write(ByteBuffer(string: "\n"))
        silence = .zero
      }
    }
  }

  private func stream(
    _ type: String, _ size: Int64,
    _ body: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
  ) -> Response {
    var headers: HTTPFields = [.contentType: type]
    headers[HeaderName.ledgerSize] = String(size)
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in
        try await body(&writer)
        try await writer.finish(nil)
      })
  }
}

private let lookAgainAfter = Duration.milliseconds(200)
/// Well within the time that a client waits for more of a reply.
private let signOfLifeAfter = Duration.seconds(15)

private func bundleLine(_ part: BundlePart, _ text: some Sequence<UInt8>) -> [UInt8] {
  [part.rawValue] + text + [UInt8(ascii: "\n")]
}

extension ByteBuffer {
  fileprivate init(_ lines: [BundleLine]) {
    self.init()
    for line in lines {
      let part: BundlePart =
        switch line.file {
        case .entries: .entry
        case .openings: .opening
        case .grants: .grant
        }
      writeInteger(part.rawValue)
      writeBytes(line.text)
      writeInteger(UInt8(ascii: "\n"))
    }
  }
}
