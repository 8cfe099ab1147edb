import AccessCore
import Foundation

/// Secrets, one per file, read anew each time, so that a rotated one is taken up at once.
struct CredentialFiles: Sendable {
  let directory: String?

  /// The text of the file without its last newline.
  func read(_ name: CredentialName) throws -> String {
    guard let directory else {
      throw CredentialError(description: "there is no directory of credentials (`credentials:`)")
    }
    let path = directory + "/" + name.text
    let attributes: [FileAttributeKey: Any]
    do { attributes = try FileManager.default.attributesOfItem(atPath: path) } catch {
      throw CredentialError(description: "the credential \(name) is not in \(directory)")
    }
    let mode = (attributes[.posixPermissions] as? NSNumber)?.uint16Value ?? 0o777
    guard mode & 0o007 == 0 else {
      throw CredentialError(description: "the credential \(name) can be read by others: chmod 400")
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}

struct CredentialError: Error, CustomStringConvertible {
  let description: String
}
