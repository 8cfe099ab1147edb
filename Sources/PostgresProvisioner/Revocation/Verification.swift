import AccessCore
import PostgresClient

extension RevocationAttempt {
  /// Looks for everything that could still mention the role's OID; that the statements before
  /// reported success is no proof.
  func verifyNothingIsLeft(of oid: UInt32, on server: String) async throws(Obstacle) {
    let traces = try await step(on: server) { try $0.traces(of: oid) }.value
    guard traces.isEmpty else {
      throw Obstacle(
        .residue,
        """
        of \(target.name) (OID \(oid)) the server still has: \(traces.joined(separator: ", ")); \
        a superuser can remove it
        """)
    }
  }
}

extension Connection {
  func traces(of oid: UInt32) throws(PostgresError) -> [String] {
    var traces: [String] = []
    for row in try query(.traces(of: oid)) {
      traces.append("\(try row.int("number")) \(try row.text("what"))")
    }
    return traces
  }
}
