import AccessAPI
import AccessBroker
import AccessCore
import Foundation

extension CredentialsView {
  init(_ credentials: Credentials) {
    let password = credentials.secret?.reveal()
    self.init(
      id: credentials.request.text, host: credentials.endpoint.host,
      port: credentials.endpoint.port, dbname: credentials.dbname, user: credentials.user,
      password: password, sslmode: credentials.sslmode.rawValue,
      expiresAt: credentials.expiresAt.description,
      uri: password.map { connectionURI(credentials, password: $0) })
  }
}

/// A libpq connection URI (PostgreSQL manual, "Connection URIs"); a socket directory stands in it
/// percent-encoded like any host.
private func connectionURI(_ credentials: Credentials, password: String) -> String {
  func encoded(_ text: String) -> String {
    // Only what RFC 3986 calls unreserved stays as it is.
    let unreserved = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }
  let host = credentials.endpoint.host
  let isIPv6 = host.contains(":")
  let place = (isIPv6 ? "[\(host)]" : encoded(host)) + ":\(credentials.endpoint.port)"
  return "postgresql://\(encoded(credentials.user)):\(encoded(password))@\(place)"
    + "/\(encoded(credentials.dbname))?sslmode=\(credentials.sslmode.rawValue)"
}
