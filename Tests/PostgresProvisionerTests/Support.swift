import AccessCore
import AccessTesting
import Glibc
import PostgresProvisioner
import Synchronization
import Testing

extension PostgresProvisioner {
  /// An activation as the broker does it.
  func activate(_ plan: RolePlan) async throws -> CreatedRole {
    let role = try await create(plan)
    try await enableLogin(role.identity)
    return role
  }
}

extension CreatedRole {
  func target(_ scopes: [String] = ["app_read"]) -> RevocationTarget {
    var target = RevocationTarget(name: identity.name, identity: identity, scopes: scopes)
    target.reach = reach
    return target
  }
}

/// Runs `body` with a server that it may stop, or on which it must be alone.
func withTestServer(
  major: Int = TestServer.major, settings: [String: String] = [:],
  _ body: (TestServer) async throws -> Void
) async throws {
  let test = try await TestServer.start(major: major, settings: settings)
  let result: Result<Void, any Error>
  do { result = .success(try await body(test)) } catch { result = .failure(error) }
  try await test.server.destroy()
  try result.get()
}

extension TestServer {
  func waitUntilLoginSleeps(_ role: String) async throws {
    // The server logs this just before it looks at LOGIN.
    try await eventually("the login has passed its check") {
      try await value(
        #"""
        SELECT clock_timestamp() - (regexp_match(
                 pg_read_file($1),
                 '(\S+ \S+ \S+) \[\d+\] LOG:  connection authenticated: identity="' || $2)
               )[1]::timestamptz > interval '300 ms'
        """#, [server.log, role]) == "t"
    }
  }

  /// The process of the role's first login, if that has not become a session yet.
  func startingBackend(of role: String) async throws -> String? {
    try await value(
      #"""
      SELECT l.pid
        FROM pg_locks l
        LEFT JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'virtualxid' AND a.usesysid IS NULL
         AND l.pid = (regexp_match(
               pg_read_file($1), '\[(\d+)\] LOG:  connection authenticated: identity="' || $2)
             )[1]::int
      """#, [server.log, role])
  }
}

/// Polls until `condition` holds, for ten seconds at most.
func eventually(
  _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(10)
  while try await !condition() {
    if ContinuousClock.now > deadline {
      Issue.record(what, sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// What a revocation that left nothing looks like.
func expectEnded(
  _ revocation: Revocation, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(revocation.outcome == .ended, sourceLocation: sourceLocation)
  #expect(revocation.fenced, sourceLocation: sourceLocation)
  #expect(revocation.sessionsGoneAfterMs != nil, sourceLocation: sourceLocation)
  #expect(revocation.residue.isEmpty, sourceLocation: sourceLocation)
}

/// What the machine's clock says.
@Sendable func currentTime() -> Timestamp {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
}

/// A value that several tasks read and change.
final class Shared<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value { mutex.withLock { $0 } }

  func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}
