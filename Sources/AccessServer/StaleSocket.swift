import Foundation

/// A socket that a killed daemon left stands in the way of bind(2). The state directory's lock is
/// held, so nobody of ours is behind it; anything that is not a socket is left alone.
func removeStaleSocket(_ path: String) throws {
  let files = FileManager.default
  // A link that points nowhere counts as well, so the link itself is looked at.
  guard let attributes = try? files.attributesOfItem(atPath: path) else { return }
  guard attributes[.type] as? FileAttributeType == .typeSocket else {
    throw SocketPathTaken(path: path)
  }
  try files.removeItem(atPath: path)
}

struct SocketPathTaken: Error, CustomStringConvertible {
  let path: String

  var description: String { "\(path) is there and is not a socket" }
}
