import AccessCore
import Foundation

/// The wall clock of a daemon, which a test can set; every other clock and all timers stay true.
///
/// Not libfaketime: it shifts the deadlines of timers that count from boot as well, which the clock
/// being set does not do, so that a daemon under it sleeps for the hour that it was set back.
package struct LiveClock: Sendable {
  /// The true time.
  package static var now: Timestamp {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  private let offset: URL
  private let library: String

  /// Shows the true time until it is set.
  ///
  /// - Parameter folder: for files of its own.
  package init(in folder: String) async throws {
    offset = URL(filePath: "\(folder)/clock-offset")
    library = try await shim(Self.source, named: "clock", in: folder)
    try set(hoursOff: 0)
  }

  /// For the daemon.
  package var environment: [String: String] {
    ["LD_PRELOAD": library, "CLOCK_OFFSET": offset.path]
  }

  package func set(hoursOff hours: Int64) throws {
    let seconds = hours * 3_600
    try withUnsafeBytes(of: seconds) { try Data($0).write(to: offset) }
  }

  /// Takes the place of the C library's function in a process that loads it first.
  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>

    int clock_gettime(clockid_t clock, struct timespec *time) {
      long result = syscall(SYS_clock_gettime, clock, time);
      if (result != 0 || clock != CLOCK_REALTIME) return (int)result;
      static int file = -1;
      if (file < 0) file = open(getenv("CLOCK_OFFSET"), O_RDONLY | O_CLOEXEC);
      long long seconds;
      if (pread(file, &seconds, sizeof seconds, 0) == sizeof seconds) time->tv_sec += seconds;
      return 0;
    }

    """
}
