import AccessTesting
import Foundation
import Testing

@Suite("The units of systemd")
struct UnitTests {
  private static let analyze = "/usr/bin/systemd-analyze"

  @Test(
    "are what systemd understands",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: analyze), "systemd-analyze is not here"))
  func verified() throws {
    let folder = try TemporaryDirectory()
    let units = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../systemd")
    var names: [String] = []
    for unit in try FileManager.default.contentsOfDirectory(atPath: units.path) {
      // The program is not installed where tests run, and systemd looks for it.
      let text = try String(contentsOf: units.appending(path: unit), encoding: .utf8)
        .replacing("=/usr/local/bin/jitd", with: "=/bin/true")
      try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(unit)"))
      names.append(unit)
    }
    #expect(names.sorted() == ["jit-reap.service", "jit-reap.timer", "jitd.service"])
    let process = Process()
    process.executableURL = URL(filePath: Self.analyze)
    process.arguments = ["verify"] + names.map { "\(folder.path)/\($0)" }
    let output = Pipe()
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(String(decoding: said, as: UTF8.self).isEmpty)
  }
}
