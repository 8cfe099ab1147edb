import AccessCore
import Ledger
import Logging

extension Broker {
  /// Checks that the caller may read the ledger and that what the selection names is known, and
  /// records the export. Answers the selection bound to the entries that there are, that record
  /// included.
  ///
  /// - Parameter format: what the entry calls it: `jsonl`, `csv`, `bundle`, `tail`, `entry`.
  package func beginExport(
    _ selection: Selection, format: String, by caller: Caller
  ) async throws(Refusal) -> Selection {
    // Who may not export is refused further down, and learns no names before.
    if policy.snapshot.policy.authorises(caller, .audit) { try await expectKnown(selection) }
    var selection = selection
    selection.size = try await submit(
      .export(format: format, filters: selection.filters), by: caller
    ).state.nextSeq
    return selection
  }

  /// An empty export of a name that was mistyped would read as if nothing had happened.
  private func expectKnown(_ selection: Selection) async throws(Refusal) {
    let policy = policy.snapshot.policy
    if let name = selection.database, policy.databases[name] == nil,
      try await !reading({ try await ledger.hasRequests(for: name) })
    {
      let near = nearest(to: name.text, among: policy.databases.keys.map(\.text))
      throw Refusal(
        .unknownDatabase, "neither the policy nor the ledger knows a database \(name)",
        hint: near.first.map { "did you mean \($0)?" })
    }
    if let person = selection.requester, !policy.everybody.contains(person),
      try await !reading({ try await ledger.hasRequests(by: person) })
    {
      let near = nearest(to: person.text, among: policy.everybody.map(\.text))
      throw Refusal(
        .unknownPerson, "neither the policy nor the ledger knows \(person)",
        hint: near.first.map { "did you mean \($0)?" })
    }
  }

  /// Turns an error of the disk into a refusal, and logs it.
  func reading<Value>(_ body: () async throws -> Value) async throws(Refusal) -> Value {
    do { return try await body() } catch {
      logger.error("the ledger cannot be read: \(error)")
      throw Refusal(.ledgerUnwritable, "the ledger cannot be read")
    }
  }
}
