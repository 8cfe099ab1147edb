/// Requests by their ids, in many parts. Copies share the parts, and a change of one of them copies
/// one part: a state is kept for every answer of the ledger, and each is one change away from the
/// one before.
package struct OpenRequests: Sendable, Equatable {
  private var parts: [[RequestID: Request]]

  private static let partCount: UInt = 256

  package init() { parts = Array(repeating: [:], count: Int(Self.partCount)) }

  package subscript(id: RequestID) -> Request? {
    get { parts[part(of: id)][id] }
    set { parts[part(of: id)][id] = newValue }
  }

  package var values: some Sequence<Request> { parts.lazy.flatMap(\.values) }
  package var count: Int { parts.reduce(0) { $0 + $1.count } }
  package var isEmpty: Bool { parts.allSatisfy(\.isEmpty) }

  /// The same for an id as long as the process runs.
  private func part(of id: RequestID) -> Int {
    Int(UInt(bitPattern: id.hashValue) % Self.partCount)
  }
}
