import Foundation
import Testing

@testable import jitd

@Suite("text for a descriptor that nobody reads", .timeLimit(.minutes(1)))
struct OutletTests {
  /// A pipe that holds one page.
  private func smallPipe() throws -> (reading: FileHandle, writing: FileHandle) {
    let pipe = Pipe()
    // F_SETPIPE_SZ, which Foundation does not name.
    try #require(fcntl(pipe.fileHandleForWriting.fileDescriptor, 1_031, 4_096) >= 4_096)
    return (pipe.fileHandleForReading, pipe.fileHandleForWriting)
  }

  private func line(_ reading: FileHandle) throws -> String {
    var line: [UInt8] = []
    while let byte = try reading.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
    return String(decoding: line, as: UTF8.self)
  }

  @Test("holds up nobody; what is over the bound is counted, and said where it is missing")
  func dropped() throws {
    let (reading, writing) = try smallPipe()
    let outlet = Outlet(writing.fileDescriptor, bytesMax: 10_000)
    // More than the pipe holds: once some of it is there, all that comes later waits.
    let first = String(repeating: "x", count: 5_000)
    outlet.write(first + "\n")
    var some = pollfd(fd: reading.fileDescriptor, events: Int16(POLLIN), revents: 0)
    try #require(poll(&some, 1, 10_000) == 1)
    let began = ContinuousClock.now
    for number in 0..<10_000 { outlet.write("line \(number)\n") }
    #expect(ContinuousClock.now - began < .seconds(10))
    let dropped = Int(outlet.dropped)
    #expect(dropped > 7_000)
    #expect(try line(reading) == first)
    for number in 0..<10_000 - dropped { #expect(try line(reading) == "line \(number)") }
    #expect(
      try line(reading)
        == "(\(dropped) lines are missing here: what we write was not read fast enough)")
    outlet.write("the next\n")
    #expect(try line(reading) == "the next")
    withExtendedLifetime(writing) {}
  }

  @Test("a flush waits for what was written before, and no longer than it may")
  func flush() throws {
    let (reading, writing) = try smallPipe()
    let outlet = Outlet(writing.fileDescriptor)
    outlet.write("short\n")
    outlet.flush(within: .seconds(20))
    #expect(try line(reading) == "short")
    outlet.write(String(repeating: "x", count: 100_000))
    let began = ContinuousClock.now
    outlet.flush(within: .milliseconds(100))
    let waited = ContinuousClock.now - began
    #expect(waited > .milliseconds(90) && waited < .seconds(10))
    #expect(outlet.dropped == 0)
    withExtendedLifetime((reading, writing)) {}
  }

  @Test("what nobody can take any more is counted")
  func broken() throws {
    signal(SIGPIPE, SIG_IGN)
    let (reading, writing) = try smallPipe()
    try reading.close()
    let outlet = Outlet(writing.fileDescriptor)
    outlet.write("lost\n")
    outlet.flush(within: .seconds(20))
    #expect(outlet.dropped == 1)
    withExtendedLifetime(writing) {}
  }
}
