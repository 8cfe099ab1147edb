import Glibc
import Testing

@testable import jitd

@Suite("the published checkpoint at a start")
struct CheckpointFileTests {
  @Test("is what stands there, or nothing")
  func read() async throws {
    let directory = try TemporaryDirectory()
    #expect(try await CheckpointFile.read(directory.path + "/none") == nil)
    let path = try directory.file("checkpoint", "a note\n")
    #expect(try await CheckpointFile.read(path) == Array("a note\n".utf8))
    try directory.remove()
  }

  @Test("that does not answer is not waited for")
  func hangs() async throws {
    let directory = try TemporaryDirectory()
    // Opened for reading, it waits for somebody who writes.
    let path = directory.path + "/checkpoint"
    try #require(mkfifo(path, 0o600) == 0)
    await #expect(throws: (any Error).self) {
      try await CheckpointFile.read(path, within: .milliseconds(50))
    }
    let writer = open(path, O_WRONLY | O_NONBLOCK)
    #expect(writer >= 0, "it is still waited for, on a thread of its own")
    close(writer)
    try directory.remove()
  }
}
