import Glibc

/// A socket that a killed daemon left stands in the way of bind(2). The state directory's lock is
/// held, so nobody of ours is behind it; anything that is not a socket is left alone.
func removeStaleSocket(_ path: String) throws {
  var info = stat()
  guard lstat(path, &info) == 0 else { return }
  guard info.st_mode & S_IFMT == S_IFSOCK else { throw SocketPathTaken(path: path) }
  unlink(path)
}

struct SocketPathTaken: Error, CustomStringConvertible {
  let path: String

  var description: String { "\(path) is there and is not a socket" }
}
