import AccessTesting
import Foundation
import Testing

@Suite(
  "The units of systemd",
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: systemdAnalyze), "systemd-analyze is not here")
)
struct UnitTests {
  @Test("are what systemd understands")
  func verified() throws {
    let units = try Units()
    #expect(units.names == ["jit-reap.service", "jit-reap.timer", "jitd.service"])
    #expect(try units.complaints() == [])
  }

  @Test("a word in ours that systemd does not know is told")
  func broken() throws {
    let units = try Units()
    try units.add("Nonsense=1", to: "jitd.service")
    let complaints = try units.complaints()
    #expect(complaints.count == 1 && complaints[0].contains("Nonsense"), "\(complaints)")
  }

  @Test("what another package's unit on the host has wrong is not ours")
  func others() throws {
    let units = try Units()
    // One that ours ask for.
    try units.addOther("nss-user-lookup.target", "[Unit]\nDescription=other\nNonsense=1\n")
    #expect(try units.said().contains { $0.contains("Nonsense") })
    #expect(try units.complaints() == [])
  }
}

private let systemdAnalyze = "/usr/bin/systemd-analyze"

/// A copy of our units, and what systemd says of it.
private struct Units {
  private let folder: TemporaryDirectory
  private let others: TemporaryDirectory
  let names: [String]

  init() throws {
    (folder, others) = (try TemporaryDirectory(), try TemporaryDirectory())
    let units = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../systemd")
    names = try FileManager.default.contentsOfDirectory(atPath: units.path).sorted()
    for unit in names {
      // The program is not installed where tests run, and systemd looks for it.
      let text = try String(contentsOf: units.appending(path: unit), encoding: .utf8)
        .replacing("=/usr/local/bin/jitd", with: "=/bin/true")
      try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(unit)"))
    }
  }

  func add(_ line: String, to unit: String) throws {
    let file = URL(filePath: "\(folder.path)/\(unit)")
    let text = try String(contentsOf: file, encoding: .utf8)
    try Data(text.replacing("\n[Service]\n", with: "\n[Service]\n\(line)\n").utf8).write(to: file)
  }

  func addOther(_ unit: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(others.path)/\(unit)"))
  }

  /// The lines about units of ours.
  func complaints() throws -> [String] {
    try said().filter { line in names.contains { line.contains($0) } }
  }

  func said() throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: systemdAnalyze)
    process.arguments = ["verify"] + names.map { "\(folder.path)/\($0)" }
    // Before the places where units of the host are.
    process.environment = ["SYSTEMD_UNIT_PATH": "\(others.path):"]
    let output = Pipe()
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    // It ends with 1 for whatever it has found, in whosever unit; a signal is none of that.
    #expect(process.terminationReason == .exit && process.terminationStatus <= 1)
    #expect(process.terminationStatus == 0 || !said.isEmpty)
    return String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
