/// What people wrote about a request goes; the commitments to it stay in the ledger.
func decideErasure(
  of id: RequestID, _ texts: [Commitment], by caller: Caller, _ state: State, _ context: Context
) throws(Refusal) -> [Event] {
  let request = try find(id, for: caller, state, context.policy)
  try require(.operate, of: caller, context.policy)
  guard request.isClosed else {
    throw Refusal(
      .wrongState, "\(id) is not over yet: people have to see what was written",
      hint: "erase it when it has ended")
  }
  guard !texts.isEmpty else {
    throw Refusal(.wrongState, "nothing that people wrote about \(id) is left")
  }
  return [.openingErased(id, OpeningErased(commitments: texts))]
}
