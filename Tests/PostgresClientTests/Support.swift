import PostgresClient
import Testing

/// Whether the condition came true within ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  let deadline = ContinuousClock.now + .seconds(10)
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}

/// The error that `body` fails with; a test that goes on without one has failed.
func failure<Value>(
  of body: () async throws -> Value,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws -> PostgresError {
  try #require(
    await #expect(throws: PostgresError.self, sourceLocation: sourceLocation) {
      _ = try await body()
    }, sourceLocation: sourceLocation)
}

extension Connection {
  /// The only value of a statement that returns one.
  func value(_ sql: String, _ parameters: [String?] = []) async throws -> String? {
    let rows = try query(sql, parameters)
    return try #require(rows.first)[0]
  }
}
