import AccessCore
import Synchronization

/// The clocks of a machine, as values that a test moves.
///
/// Nothing moves them but the test: time does not pass while it waits.
package final class ManualClock: Sendable {
  private struct Reading {
    var wall: Timestamp
    var boot: BootMark
  }

  private let reading: Mutex<Reading>

  /// - Parameter now: what the wall clock says first: 2026-03-01T09:30:00.000Z.
  package init(at now: Timestamp = Timestamp(milliseconds: 1_772_357_400_000)) {
    reading = Mutex(Reading(wall: now, boot: BootMark(bootID: "boot-1", milliseconds: 1_000_000)))
  }

  package var now: Timestamp { reading.withLock { $0.wall } }
  package var bootMark: BootMark { reading.withLock { $0.boot } }

  /// For whoever takes the wall clock as a function.
  package var wall: @Sendable () -> Timestamp { { self.now } }
  /// For whoever takes the boot clock as a function.
  package var boot: @Sendable () -> BootMark { { self.bootMark } }

  /// Lets time pass, on both clocks.
  package func advance(byMs ms: Int64) {
    reading.withLock {
      $0.wall = Timestamp(milliseconds: $0.wall.milliseconds + ms)
      $0.boot = BootMark(bootID: $0.boot.bootID, milliseconds: $0.boot.milliseconds + ms)
    }
  }

  package func advance(by span: TimeSpan) { advance(byMs: span.milliseconds) }

  /// Somebody sets the wall clock; negative is back.
  package func setWall(aheadByMs ms: Int64) {
    reading.withLock { $0.wall = Timestamp(milliseconds: $0.wall.milliseconds + ms) }
  }

  /// The machine starts anew: its boot clock begins again at zero, under another id.
  package func reboot(as bootID: String) {
    reading.withLock { $0.boot = BootMark(bootID: bootID, milliseconds: 0) }
  }
}
