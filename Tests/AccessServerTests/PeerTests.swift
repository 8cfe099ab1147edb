import AccessCore
import Foundation
import Testing

@Suite("peer credentials")
struct PeerTests {
  @Test("without a token the caller is the OS user at the other end")
  func ourselves() async throws {
    try await withBroker { test in
      let me = try await test.ordinary.get("/v1/whoami").json()
      #expect(me["principal"] == .string(NSUserName()))
      #expect(me["method"] == .string("peer"))
    }
  }

  @Test("on the admin socket the same user is an operator, and has no groups")
  func operators() async throws {
    try await withBroker { test in
      let me = try await test.admin.get("/v1/whoami").json()
      #expect(me["principal"] == .string(NSUserName()))
      #expect(me["method"] == .string("admin"))
      #expect(me["groups"] == .array([]))
      #expect(me["authorities"] == .array([.string("revoke"), .string("operate")]))
    }
  }

  @Test("being root on the ordinary socket makes nobody an operator")
  func rootIsNobody() async throws {
    try await withBroker { test in
      let me = try await test.ordinary.get("/v1/whoami").json()
      #expect(me["authorities"] == .array([]))
      #expect(try await test.ordinary.post("/v1/policy/reload").verdict == "403 not-authorised")
    }
  }

  @Test("each process is its own user", .enabled(if: isRoot, "only root can become others"))
  func somebodyElse() async throws {
    try await withBroker { test in
      let me = try await whoami(as: "1", at: test.ordinaryPath)
      #expect(me.contains("HTTP/1.1 200"))
      #expect(me.contains(#""principal":"daemon""#))
    }
  }

  @Test(
    "a user that cannot be named is refused: the overflow uid, and one without a name",
    .enabled(if: isRoot, "only root can become others"), arguments: ["65534", "54321"])
  func unnamed(_ uid: String) async throws {
    try await withBroker { test in
      let me = try await whoami(as: uid, at: test.ordinaryPath)
      #expect(me.contains("HTTP/1.1 401"))
      #expect(me.contains("urn:jit:error:unauthenticated"))
      #expect(me.contains("uid \(uid)"))
    }
  }

  @Test(
    "other users cannot reach the admin socket, and are refused where its mode is too wide",
    .enabled(if: isRoot, "only root can become others"))
  func othersOnAdminSocket() async throws {
    try await withBroker { test in
      #expect(try await whoami(as: "1", at: test.adminPath) == "")
      #expect(chmod(test.adminPath, 0o666) == 0)
      let me = try await whoami(as: "1", at: test.adminPath)
      #expect(me.contains("HTTP/1.1 401"))
      #expect(me.contains("urn:jit:error:unauthenticated"))
    }
  }
}

private let isRoot = geteuid() == 0

/// What a process of that user gets from the socket; nothing when it may not connect.
private func whoami(as uid: String, at path: String) async throws -> String {
  try await blocking {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/setpriv")
    // Perl is there on every Debian, and speaks to sockets without any package.
    let program = """
      my $socket = IO::Socket::UNIX->new($ARGV[0]) or exit 1;
      print $socket "GET /v1/whoami HTTP/1.1\\r\\nHost: jit\\r\\nConnection: close\\r\\n\\r\\n";
      print while <$socket>;
      """
    process.arguments = [
      "--reuid=\(uid)", "--clear-groups", "perl", "-MIO::Socket::UNIX", "-e", program, path,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }
}
