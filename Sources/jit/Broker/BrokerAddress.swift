import AccessAPI
import AccessCore
import Foundation

/// Where a broker listens.
enum BrokerAddress: Equatable {
  /// The path of a Unix socket.
  case socket(String)
  /// `https://HOST[:PORT]`, or `http://` on this host; no path.
  case origin(String)

  /// - Parameter variable: the environment variable that the text is from, for the error.
  init(_ text: String, variable: String) throws(Failure) {
    func failure(_ what: String) -> Failure {
      Failure(
        .usage, "\(variable) is “\(text.prefix(200).inert)”: \(what)",
        hint: "use unix:///PATH or https://HOST[:PORT], as in unix:///run/jit/jitd.sock")
    }
    if text.hasPrefix("unix://") {
      let path = String(text.dropFirst("unix://".count))
      guard !path.isEmpty else { throw failure("the path is missing") }
      guard path.utf8.count <= socketPathBytesMax else {
        throw failure("a socket's path has at most \(socketPathBytesMax) bytes")
      }
      self = .socket(path)
      return
    }
    guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
      let host = url.host, !host.isEmpty
    else { throw failure("not an address") }
    guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil,
      url.path.isEmpty || url.path == "/"
    else { throw failure("nothing may stand there but a host and a port") }
    guard url.port.map({ (1...65_535).contains($0) }) ?? true else {
      throw failure("a port is 1 to 65535")
    }
    switch scheme {
    case "https": break
    case "http":
      guard ["127.0.0.1", "localhost", "[::1]", "::1"].contains(host.lowercased()) else {
        throw failure("http:// is not protected, and only allowed to this host")
      }
    default: throw failure("the scheme is neither unix nor https")
    }
    self = .origin(text.hasSuffix("/") ? String(text.dropLast()) : text)
  }

  /// For an HTTP client: for a socket in the form `http+unix://%2Frun%2F…`.
  func url(path: String, query: [(name: String, value: String)]) -> String {
    let base =
      switch self {
      case .socket(let path): "http+unix://\(path.percentEncoded)"
      case .origin(let origin): origin
      }
    let pairs = query.map { "\($0.name)=\($0.value.percentEncoded)" }
    return base + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
  }
}

extension BrokerAddress: CustomStringConvertible {
  var description: String {
    switch self {
    case .socket(let path): "unix://\(path.inert)"
    case .origin(let origin): origin.inert
    }
  }
}

/// unix(7): `sun_path` has 108 bytes, one of them the terminator.
private let socketPathBytesMax = 107

extension String {
  /// Everything but RFC 3986's unreserved characters as `%XX`.
  var percentEncoded: String {
    utf8.reduce(into: "") { text, byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
