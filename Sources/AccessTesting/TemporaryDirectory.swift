import Foundation

/// A directory of a test's own, removed with everything in it when nobody holds it any more.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "jit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    path = folder.path
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      // A test may have removed it already; a deinit has nobody to tell.
      print("\(path) is left behind: \(error)")
    }
  }
}
