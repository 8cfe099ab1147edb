import AccessAPI
import AccessBroker
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import Logging

/// Shows the newest checkpoint to each client that is a witness, with the proof that the ledger
/// has only grown since what the client saw last (`HeaderName` has the fields).
///
/// It looks after the call is done, so that the proof covers what the call has written.
struct Witnessing: RouterMiddleware {
  let broker: Broker

  func handle(
    _ request: Request, context: APIContext,
    next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    guard let size = request.headers[HeaderName.witnessSize].flatMap({ Int64($0) }) else {
      return response
    }
    do {
      let (checkpoint, proof) = try await broker.ledger.checkpoint(since: size)
      response.headers[HeaderName.checkpoint] = Data(checkpoint.note.utf8).base64EncodedString()
      response.headers[HeaderName.verifierKey] = await broker.ledger.verifierKey
      response.headers[HeaderName.consistency] = proof?.joined(separator: ",")
    } catch {
      // What was asked for is done; the client says that it was shown no checkpoint.
      context.logger.error("no checkpoint for a witness: \(error)")
    }
    return response
  }
}

extension HTTPFields {
  /// One of `HeaderName`'s fields.
  subscript(name: String) -> String? {
    get { HTTPField.Name(name).flatMap { self[$0] } }
    set { if let name = HTTPField.Name(name) { self[name] = newValue } }
  }
}
