import AccessCore

extension Broker {
  /// What each rule says to somebody who would ask; changes nothing.
  package func explain(
    _ question: Question, to caller: Caller
  ) async throws(Refusal) -> [Explanation] {
    do throws(Refusal) {
      let policy = policy.snapshot.policy
      let person = try question.asker(caller, policy)
      var history = History()
      if let database = DatabaseName(question.database).flatMap({ policy.databases[$0] }) {
        let rules = policy.entitlements.values.filter { $0.databases.contains(database.name) }
        history = try await self.history(of: person, on: database.uid, asked: rules)
      }
      return try AccessCore.explain(question, to: caller, policy, now: clocks.wall(), history)
    } catch {
      await note(error, "explain", nil, by: caller)
      throw error
    }
  }
}
