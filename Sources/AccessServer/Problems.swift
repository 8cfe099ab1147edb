import AccessAPI
import AccessCore
import Foundation
import Hummingbird
import Logging
import NIOCore

/// Turns everything that a handler throws into problem details.
struct Problems: RouterMiddleware {
  func handle(
    _ request: Request, context: APIContext,
    next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      let problem = problem(for: error, context)
      return try jsonResponse(
        problem, status: .init(code: problem.status), mediaType: Problem.mediaType)
    }
  }

  private func problem(for error: any Error, _ context: APIContext) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let refusal as Refusal:
      return Problem(refusal.code.errorCode, refusal.message, hint: refusal.hint)
    case is NIOTooManyBytesError:
      return Problem(.tooLarge, "the body is larger than \(Limits.bodyBytesMax) bytes")
    case let error as HTTPError where error.status == .contentTooLarge:
      return Problem(.tooLarge, "the body is larger than \(Limits.bodyBytesMax) bytes")
    case let error as HTTPError where error.status == .notFound:
      return Problem(.notFound, "there is nothing at this path")
    case let error as any HTTPResponseError where (400..<500).contains(error.status.code):
      return Problem(.usage, "the request is not one that this broker understands")
    default:
      context.logger.error("internal error: \(error)")
      return Problem(.internal, "something went wrong in the broker", hint: "its log says what")
    }
  }
}

extension Refusal.Code {
  /// What outsiders see; the numbers are in `ErrorCode`.
  package var errorCode: ErrorCode {
    switch self {
    case .usage: .usage
    case .tooLarge: .tooLarge
    case .tooMany: .tooMany
    case .unknownDatabase: .unknownDatabase
    case .unknownRole: .unknownRole
    case .unknownEntitlement: .unknownEntitlement
    case .unknownRequest: .unknownRequest
    case .unknownToken: .unknownToken
    case .unknownPerson: .unknownPerson
    case .notEntitled: .notEntitled
    case .ambiguousEntitlement: .ambiguousEntitlement
    case .durationOverMax: .durationOverMax
    case .reasonMissing: .reasonMissing
    case .reasonMismatch: .reasonMismatch
    case .ownRequest: .ownRequest
    case .notReviewer: .notReviewer
    case .widening: .widening
    case .notRequester: .notRequester
    case .notAuthorised: .notAuthorised
    case .adminSocket: .adminSocket
    case .otherDigest: .otherDigest
    case .signatureRequired: .signatureRequired
    case .signatureInvalid: .signatureInvalid
    case .reviewMethod: .reviewMethod
    case .reviewOverdue: .reviewOverdue
    case .wrongState: .wrongState
    case .alreadyReviewed: .alreadyReviewed
    case .tooEarly: .tooEarly
    case .frozen: .frozen
    case .outsideWindow: .outsideWindow
    case .capReached: .capReached
    case .needsReview: .needsReview
    case .keyReused: .keyReused
    case .lockedDown: .lockedDown
    case .ownLockdown: .ownLockdown
    case .issuingStopped: .issuingStopped
    case .policyRefused: .policyRefused
    case .databaseUnreachable: .databaseUnreachable
    case .databaseRefused: .databaseRefused
    case .dangerNotAccepted: .dangerNotAccepted
    case .ledgerUnwritable: .ledgerUnwritable
    case .credentialsUnwritable: .credentialsUnwritable
    }
  }
}
