import AccessCore
import Foundation

/// The wall clock of a daemon, which a test can set; the clock since boot stays true.
package struct LiveClock: Sendable {
  /// The true time.
  package static var now: Timestamp {
    Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  private let file: String
  private let library: String

  /// Shows the true time until it is set.
  ///
  /// - Parameter folder: for a file of its own.
  package init(in folder: String) throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib").map {
      "/usr/lib/\($0)/faketime/libfaketimeMT.so.1"
    }
    guard let library = folders.first(where: FileManager.default.fileExists(atPath:)) else {
      throw LiveError("libfaketime is not there; install the package faketime")
    }
    self.library = library
    file = "\(folder)/clock"
    try set(hoursOff: 0)
  }

  /// For the daemon.
  package var environment: [String: String] {
    [
      "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_NO_CACHE": "1",
      "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
    ]
  }

  package func set(hoursOff hours: Int) throws {
    try Data("\(hours < 0 ? "" : "+")\(hours)h\n".utf8)
      .write(to: URL(filePath: file), options: .atomic)
  }
}
