import AccessCore
import AccessTesting
import Foundation
import Testing

@testable import AccessServer

@Suite("sockets")
struct SocketTests {
  @Test("everybody may reach the ordinary socket, the admin socket only its owner")
  func modes() async throws {
    try await withBroker { test async throws in
      #expect(try mode(of: test.ordinaryPath) == S_IFSOCK | 0o666)
      #expect(try mode(of: test.adminPath) == S_IFSOCK | 0o600)
    }
  }

  @Test("a socket that a killed daemon left is replaced")
  func stale() async throws {
    let test = try await TestBroker()
    for path in [test.ordinaryPath, test.adminPath] { try leaveSocket(path) }
    try await test.serve { () async throws in
      #expect(try await test.ordinary.get("/healthz").status == 200)
      #expect(try await test.admin.get("/healthz").status == 200)
    }
  }

  @Test("after an orderly end no socket is left")
  func unlinked() async throws {
    let test = try await TestBroker()
    try await test.serve {}
    #expect(!FileManager.default.fileExists(atPath: test.ordinaryPath))
    #expect(!FileManager.default.fileExists(atPath: test.adminPath))
  }

  @Test("what is not a socket is left alone, and the server does not start")
  func notASocket() async throws {
    let test = try await TestBroker()
    try "precious".write(toFile: test.ordinaryPath, atomically: false, encoding: .utf8)
    await #expect(throws: SocketPathTaken.self) { try await test.server(.ordinary).run() }
    #expect(try String(contentsOfFile: test.ordinaryPath, encoding: .utf8) == "precious")
  }

  @Test("a link to a socket is not a socket")
  func link() async throws {
    let test = try await TestBroker()
    let elsewhere = test.directory.path + "/elsewhere.sock"
    try leaveSocket(elsewhere)
    try FileManager.default.createSymbolicLink(
      atPath: test.ordinaryPath, withDestinationPath: elsewhere)
    await #expect(throws: SocketPathTaken.self) { try await test.server(.ordinary).run() }
    #expect(try mode(of: elsewhere) & S_IFMT == S_IFSOCK)
  }

  @Test("one user cannot hold all connections, and can use again what it lets go")
  func connectionsPerPeer() async throws {
    try await withBroker { test in
      let path = test.ordinaryPath
      try await test.ordinary.exchange { first in
        let question = messageHead("GET /healthz", [:])
        var held: [Connection] = []
        for _ in 1..<test.callers.perPeer { held.append(try Connection(path)) }
        for connection in [first] + held {
          try connection.send(question)
          #expect(try connection.receive().status == 200)
        }
        let tooMany = try Connection(path)
        tooMany.offer(String(decoding: question, as: UTF8.self))
        #expect(throws: (any Error).self) { try tooMany.receive() }
        // The others are as they were.
        try first.send(question)
        #expect(try first.receive().status == 200)
      }
      var isBack = false
      for _ in 0..<1_000 where !isBack {
        isBack = (try? await test.ordinary.get("/healthz").status) == 200
      }
      #expect(isBack)
    }
  }

  @Test(
    "callers have half of the open files, whatever the system gives",
    arguments: [64, 128, 1_024, 16_384, 1 << 20])
  func half(descriptors: Int) {
    let (ordinary, admin) = (
      CallersMax.ordinary(descriptors: descriptors), CallersMax.admin(descriptors: descriptors)
    )
    #expect(ordinary.connections + admin.connections <= descriptors / 2)
    #expect(admin.connections >= 4)
    for most in [ordinary, admin] { #expect(most.perPeer <= max(4, most.connections / 4)) }
  }

  @Test("all users together cannot hold more than there are, and one who leaves makes room")
  func connectionsOfAll() {
    let most = CallersMax.ordinary(descriptors: 64)
    let connections = ConnectionsPerPeer(most: most)
    let taken = (0..<100).filter { connections.take(UInt32($0)) }
    #expect(taken.count == most.connections)
    #expect(!connections.take(1_000))
    connections.giveBack(0)
    #expect(connections.take(1_000))
    #expect(!connections.take(1_001))
  }
}

private func mode(of path: String) throws -> mode_t {
  var info = stat()
  try #require(lstat(path, &info) == 0)
  return info.st_mode
}

/// Binds a socket and closes it, as a process that is killed leaves it.
private func leaveSocket(_ path: String) throws {
  let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(listener) }
  let bound = withSocketAddress(path) { bind(listener, $0, $1) }
  try #require(bound == 0)
}
