import AccessCore

extension Ledger {
  /// A request as the state knows it, or folded from closed history; nil when there never was one.
  package func request(_ id: RequestID) async throws -> Request? {
    if let open = state.requests[id] { return open }
    return Request(folding: try await entries(of: id))
  }

  /// The newest requests, closed ones included; of one person or of everybody.
  package func requests(by requester: Principal? = nil, limit: Int) async throws -> [Request] {
    var requests: [Request] = []
    for id in try await reading.requests(by: requester, limit: limit) {
      if let request = try await request(id) { requests.append(request) }
    }
    return requests
  }

  /// Grants of the person that began at `since` or later.
  package func grants(
    of person: Principal, since: Timestamp, limit: Int
  ) async throws -> [Request] {
    var grants: [Request] = []
    for id in try await reading.begun(by: person, since: since, limit: limit) {
      if let request = try await request(id), request.grant?.activatedAt != nil {
        grants.append(request)
      }
    }
    return grants
  }

  /// Whether one of the person's last grants, at most `limit`, was on the database.
  package func hasHad(
    _ person: Principal, on database: DatabaseUID, limit: Int
  ) async throws -> Bool {
    try await reading.hasHad(person, database, limit: limit)
  }

  /// What people wrote; a text that was erased is missing.
  package func texts(of commitments: [Commitment]) async throws -> [Commitment: WrittenText] {
    try await reading.texts(of: commitments)
  }

  /// Commitments of the request whose texts are there still.
  package func openings(of request: RequestID) async throws -> [Commitment] {
    try await reading.openings(of: request)
  }

  /// Takes the pages of before an erasure off the disk.
  package func forgetErasedPages() async throws { try await reading.truncateLog() }

  /// Whether the ledger ever said that a role of this name is about to be made.
  package func hasPlanned(_ roleName: String) async throws -> Bool {
    guard let id = roleName.split(separator: "_").last.flatMap({ RequestID(String($0)) })
    else { return false }
    return try await entries(of: id).contains { entry in
      guard case .grantActivating(_, let data) = entry.event else { return false }
      return data.roleName == roleName
    }
  }

  /// What an entry names by this digest: a policy that was in force, for example.
  package func document(_ digest: Digest) throws -> [UInt8]? {
    try reading.document(digest)
  }
}
