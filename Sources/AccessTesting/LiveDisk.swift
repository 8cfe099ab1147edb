import Foundation

/// The disk below a daemon's ledger, which a test can let refuse. Everything else that the daemon
/// writes stays as it is.
package struct LiveDisk: Sendable {
  /// What the kernel answers.
  package enum Trouble: String, Sendable, CaseIterable, CustomStringConvertible {
    case full, failingWrites, failingSync

    package var description: String { rawValue }

    /// The error numbers of writes and of fsync(2).
    fileprivate var numbers: [Int32] {
      switch self {
      case .full: [ENOSPC, 0]
      case .failingWrites: [EIO, 0]
      case .failingSync: [0, EIO]
      }
    }
  }

  private let faults: URL
  private let library: String

  /// It works until it is told otherwise.
  ///
  /// - Parameter folder: for files of its own.
  package init(in folder: String) async throws {
    faults = URL(filePath: "\(folder)/disk-faults")
    library = try await shim(Self.source, named: "disk", in: folder)
    try mend()
  }

  /// For the daemon.
  package var environment: [String: String] {
    ["LD_PRELOAD": library, "DISK_FAULTS": faults.path]
  }

  package func refuse(_ trouble: Trouble) throws { try set(trouble.numbers) }
  package func mend() throws { try set([0, 0]) }

  private func set(_ numbers: [Int32]) throws {
    try numbers.withUnsafeBytes { try Data($0).write(to: faults, options: .atomic) }
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/syscall.h>
    #include <unistd.h>

    static int fault(int file, int kind) {
      char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length < 0) return 0;
      path[length] = 0;
      if (!strstr(path, "/ledger.sqlite")) return 0;
      int faults[2] = {0, 0};
      int control = open(getenv("DISK_FAULTS"), O_RDONLY | O_CLOEXEC);
      if (control < 0) return 0;
      if (pread(control, faults, sizeof faults, 0) != sizeof faults) faults[kind] = 0;
      close(control);
      return faults[kind];
    }

    #define REFUSE(file, kind) do { \\
      int number = fault(file, kind); \\
      if (number) { errno = number; return -1; } \\
    } while (0)

    ssize_t write(int file, const void *bytes, size_t count) {
      REFUSE(file, 0);
      return syscall(SYS_write, file, bytes, count);
    }
    ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
      REFUSE(file, 0);
      return syscall(SYS_pwrite64, file, bytes, count, place);
    }
    ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
      REFUSE(file, 0);
      return syscall(SYS_pwrite64, file, bytes, count, place);
    }
    int fsync(int file) {
      REFUSE(file, 1);
      return (int)syscall(SYS_fsync, file);
    }
    int fdatasync(int file) {
      REFUSE(file, 1);
      return (int)syscall(SYS_fdatasync, file);
    }

    """
}
