import Foundation
import Testing

/// Compares with the file of that name in `Golden`. With `JIT_WRITE_GOLDEN` set the file is written
/// instead, and the test fails, so that nobody leaves it set.
func expectGolden(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden").appending(path: "\(name).txt")
  if ProcessInfo.processInfo.environment["JIT_WRITE_GOLDEN"] != nil {
    try text.write(to: file, atomically: true, encoding: .utf8)
    Issue.record("\(name).txt was written; look at it and unset JIT_WRITE_GOLDEN")
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  #expect(text == expected, sourceLocation: sourceLocation)
}
