import CLibPQ
import Glibc

/// One libpq connection. Every method blocks, and only one thread may use it at a time.
///
/// Source of the calls: PostgreSQL documentation, "libpq - C Library".
final class Session {
  let connection: OpaquePointer
  /// The names of the statements whose plans the server keeps, by their text.
  var plans: [String: String] = [:]
  /// How many of them were asked for; a name is not used again, also when that failed.
  var plansAskedFor = 0
  /// Set when client and server no longer agree on what comes next.
  private var isAbandoned = false

  private init(_ connection: OpaquePointer) {
    self.connection = connection
  }

  deinit {
    PQfinish(connection)
  }

  var isUsable: Bool {
    !isAbandoned && PQstatus(connection) == CONNECTION_OK
  }

  static func open(_ parameters: ConnectionParameters) throws(PostgresError) -> Session {
    let keywords = parameters.keywords
    for (name, value) in keywords { try refuseNUL(value, in: "the connection's \(name)") }
    try refuseEnvironment(beyond: Set(keywords.map(\.name)))
    let started = withCStrings(keywords.map(\.name)) { names in
      withCStrings(keywords.map(\.value)) { values in
        // The blocking `PQconnectdbParams` leaves no moment to ask for verbose errors, without
        // which the reason of a refused login would be unknown.
        PQconnectStartParams(names, values, 0)
      }
    }
    guard let started else { throw .unreachable("out of memory") }
    let session = Session(started)
    // By default libpq prints them on stderr, and they may quote what people wrote.
    PQsetNoticeProcessor(started, { _, _ in }, nil)
    PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
    try session.connect(within: .seconds(parameters.connectTimeoutSeconds))
    // The other forms quote the line of the statement that failed.
    PQsetErrorVerbosity(started, PQERRORS_TERSE)
    return session
  }

  private func connect(within timeout: Duration) throws(PostgresError) {
    let deadline = ContinuousClock.now + timeout
    var step = PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
    while step != PGRES_POLLING_OK {
      guard step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING else {
        throw PostgresError(connecting: connection)
      }
      let events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT
      guard waitForSocket(events, until: deadline) else {
        throw .unreachable("the server did not complete the connection within \(timeout)")
      }
      step = PQconnectPoll(connection)
    }
  }

  /// False when the deadline passed first.
  private func waitForSocket(_ events: CInt, until deadline: ContinuousClock.Instant) -> Bool {
    var socket = pollfd(fd: PQsocket(connection), events: CShort(events), revents: 0)
    while true {
      let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
      if left <= 0 { return false }
      let ready = poll(&socket, 1, CInt(min(left.rounded(.up), 60_000)))
      if ready > 0 { return true }
      // Any other failure of `poll` shows again, with its reason, in libpq's own next call.
      if ready < 0 && errno != EINTR { return true }
    }
  }

  /// Gives up a connection on which nothing can be made sense of any more.
  func abandon() {
    isAbandoned = true
    shutdown(PQsocket(connection), CInt(SHUT_RDWR))
  }
}
