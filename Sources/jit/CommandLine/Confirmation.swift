import AccessAPI
import AccessCore

/// Has the person type the database's uid before their first request for a role that writes on
/// production, so that nobody mistakes it for a copy.
///
/// What the policy does not let them ask for is left to the broker to refuse.
func confirmFirstProductionWrite(database: String, role: String, _ broker: Broker) async throws {
  let databases: Reply<[DatabaseView]> = try await broker.get(Path.databases)
  guard
    let target = databases.view.first(where: { $0.name == database }),
    target.environment == Environment.production.rawValue,
    target.roles.contains(where: { $0.role == role && $0.writes })
  else { return }
  let mine: Reply<[RequestView]> = try await broker.get(
    Path.requests, query: [("scope", ListScope.mine.rawValue)])
  guard !mine.view.contains(where: { $0.database == database && $0.role == role }) else { return }

  try typeBack(target, "this is your first request for \(role.inert) on \(database.inert)")
}

/// Has the person type a production database's uid each time that they break the glass.
func confirmGlass(database: String, role: String, _ broker: Broker) async throws {
  let databases: Reply<[DatabaseView]> = try await broker.get(Path.databases)
  guard
    let target = databases.view.first(where: { $0.name == database }),
    target.environment == Environment.production.rawValue
  else { return }
  try typeBack(
    target, "you break the glass for \(role.inert) on \(database.inert): this is an alarm")
}

private func typeBack(_ database: DatabaseView, _ words: String) throws(Failure) {
  let console = Console.standard
  let label = console.errorPaint.environment(database.environment)
  console.say("\(label): \(words)\n")
  let answer = console.ask("type its uid, \(database.uid.inert), to go on: ")
  guard answer == database.uid else {
    throw Failure(
      .refused, "that is not the uid of \(database.name.inert)",
      hint: "nothing was asked; `jit databases` shows each uid")
  }
}

/// Asks yes or no on a terminal, about something that cannot be taken back.
func confirm(_ question: String) throws(Failure) {
  let answer = Console.standard.ask("\(question) [y/N] ")
  guard ["y", "yes"].contains(answer?.lowercased()) else {
    throw Failure(.refused, "not confirmed; nothing was done", hint: "answer y, or use --yes")
  }
}

/// A write that only the broker's memory knows so far is worth a word.
func warnIfNotDurable(_ request: RequestView) { warn(ifNotDurable: request.durable) }

func warn(ifNotDurable isDurable: Bool) {
  guard !isDurable else { return }
  Console.standard.say(
    "warning: the broker cannot write its ledger now; this is kept in its memory and logged later\n"
  )
}
