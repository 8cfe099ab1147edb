import AccessAPI
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Whether the connection broke after it was made, so that the call may or may not have arrived.
func isLostConnection(_ error: any Error) -> Bool {
  // The end came within a reply.
  if let error = error as? HTTPParserError { return error == .invalidEOFState }
  if let error = error as? HTTPClientError { return error == .remoteConnectionClosed }
  if let error = error as? IOError { return [ECONNRESET, EPIPE].contains(error.errnoCode) }
  return false
}

/// The error when there was no answer.
func unreachable(_ configuration: BrokerConfiguration, _ error: any Error) -> Failure {
  Failure(
    .brokerUnreachable,
    "the broker at \(configuration.address) cannot be reached: \(reason(error))",
    hint: hint(configuration, error))
}

/// The error when an answer has begun and does not end.
func brokenOff(_ configuration: BrokerConfiguration) -> Failure {
  Failure(
    .brokerUnreachable, "the answer of the broker at \(configuration.address) broke off",
    hint: "what was printed is not complete; run it again")
}

private func reason(_ error: any Error) -> String {
  switch error {
  case let error as IOError: String(cString: strerror(error.errnoCode))
  case let error as NIOConnectionError:
    error.connectionErrors.first.map { reason($0.error) } ?? "the host is not known"
  case let error as HTTPClientError: reason(error)
  case is HTTPParserError: "what answers does not speak HTTP, or stopped in the middle"
  default: String(describing: error).withoutControls
  }
}

private func reason(_ error: HTTPClientError) -> String {
  switch error {
  case .connectTimeout: "no connection within 5 s"
  case .deadlineExceeded, .readTimeout: "no answer within 60 s"
  case .remoteConnectionClosed: "the connection was lost"
  default: error.shortDescription
  }
}

private func hint(_ configuration: BrokerConfiguration, _ error: any Error) -> String {
  if let error = error as? IOError, error.errnoCode == EACCES {
    return "this user may not use the socket; see its permissions and those of its directories"
  }
  return """
    is jitd running? if it listens elsewhere, point \(configuration.variable) there: \
    unix:///PATH or https://HOST
    """
}
