import AccessCore
import Glibc

/// The two clocks that a grant ends by.
package struct Clocks: Sendable {
  /// What the calendar says; somebody can set it.
  package let wall: @Sendable () -> Timestamp
  /// Time since boot, suspended time included; nobody can set it.
  package let boot: @Sendable () -> BootMark

  package init(
    wall: @escaping @Sendable () -> Timestamp, boot: @escaping @Sendable () -> BootMark
  ) {
    self.wall = wall
    self.boot = boot
  }

  /// The clocks of the machine (`clock_gettime(2)`), on the boot that `bootID` names.
  package static func system(bootID: String) -> Clocks {
    Clocks(
      wall: { Timestamp(milliseconds: read(CLOCK_REALTIME)) },
      boot: { BootMark(bootID: bootID, milliseconds: read(CLOCK_BOOTTIME)) })
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // It fails for a clock that the kernel does not have, and Linux has had both since 2.6.39.
    precondition(clock_gettime(clock, &time) == 0, "the kernel has no clock \(clock)")
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
