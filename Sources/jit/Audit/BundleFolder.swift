import AccessAPI
import AccessCore
import Foundation
import Glibc

/// Makes a folder that is there as a whole or not at all: what `fill` does happens in a temporary
/// one beside it.
func makeFolder<Result>(
  _ folder: String, fill: (_ temporary: String) async throws -> Result
) async throws -> Result {
  var folder = folder
  while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
  try refuseExisting(folder, hint: namedFolder)
  let temporary = "\(folder).partial-\(IdempotencyKey.fresh().text.prefix(8))"
  guard mkdir(temporary, 0o755) == 0 else { throw cannotWrite(folder) }
  do {
    let result = try await fill(temporary)
    try refuseExisting(folder, hint: namedFolder)
    guard rename(temporary, folder) == 0 else { throw cannotWrite(folder) }
    return result
  } catch {
    try FileManager.default.removeItem(atPath: temporary)
    throw error
  }
}

private let namedFolder = "name a directory that does not exist; jit makes it"

/// What is there is never written over.
func refuseExisting(_ path: String, hint: String) throws(Failure) {
  var info = stat()
  guard lstat(path, &info) != 0 else {
    throw Failure(.wrongState, "\(path.inert) is there already", hint: hint)
  }
}
