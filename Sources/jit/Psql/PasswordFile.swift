import AccessAPI
import AccessCore
import Glibc

/// A password file (libpq's `PGPASSFILE`) in memory that has no name, so that nothing is left of
/// it: not when psql ends, nor when anything is killed.
struct PasswordFile {
  /// For the program that inherits the descriptor. libpq opens it anew for each connection, so
  /// that `\c` works.
  let path: String

  /// - Parameter content: lines as `passwordFileLine` makes them.
  init(_ content: String) throws(Failure) {
    var generator = SystemRandomNumberGenerator()
    let name = "/jit-\(String(generator.next() as UInt64, radix: 16))"
    // libpq ignores a password file that others could read.
    let descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { throw Self.failure }
    // The name goes before the secret comes.
    guard shm_unlink(name) == 0 else { throw Self.failure }
    let bytes = Array(content.utf8)
    // In memory a short write means that there is no room.
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Self.failure }
    // shm_open(3) sets close-on-exec.
    guard fcntl(descriptor, F_SETFD, 0) == 0 else { throw Self.failure }
    path = "/proc/self/fd/\(descriptor)"
  }

  private static var failure: Failure {
    Failure(
      .internal,
      "the password cannot be handed to psql: \(String(cString: strerror(errno)))",
      hint: "/dev/shm is needed; `jit credentials` prints the password instead")
  }
}
