import AccessAPI
import AccessCore
import ArgumentParser
import Foundation

/// The words after the program's name. Swift would repair invalid UTF-8 silently, and somebody
/// would approve a text that nobody typed.
func commandLineArguments() throws(Failure) -> [String] {
  var words: [String] = []
  for pointer in UnsafeBufferPointer(
    start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)
  ).dropFirst() {
    guard let pointer, let word = String(validatingCString: pointer) else {
      throw Failure(
        .usage, "argument \(words.count + 1) is not valid UTF-8",
        hint: "type it in a UTF-8 terminal, or set LC_ALL=C.UTF-8")
    }
    words.append(word)
  }
  return words
}

/// Whether errors are to be printed as JSON. The arguments may not parse, so they are looked at
/// as they stand; what follows `--` belongs to another program.
func wantsJSON(_ arguments: [String]) -> Bool {
  let ours = arguments.prefix { $0 != "--" }
  let joined = ["--output=json", "-o=json", "-ojson"]
  let separate = zip(ours, ours.dropFirst()).contains {
    ["-o", "--output"].contains($0) && $1 == "json"
  }
  return separate || ours.contains(where: joined.contains)
}

/// What is wrong with the arguments, in our own form.
func argumentFailure(_ error: any Error, _ arguments: [String]) -> Failure {
  guard Jit.exitCode(for: error) == .validationFailure else {
    return Failure(
      .internal, "unexpected: \(String(describing: error).withoutControls)",
      hint: "this is a fault in jit; please report it")
  }
  if let failure = unknownCommand(in: arguments) { return failure }
  let message = Jit.message(for: error)
  return Failure(
    .usage, message.prefix(1).lowercased() + message.dropFirst(),
    hint: "see `\(commandName(in: arguments)) --help`")
}

/// The command that the arguments name, as far as there is one: `jit policy check`.
func commandName(in arguments: [String]) -> String {
  commandPath(arguments).map { $0.configuration.commandName ?? "" }.joined(separator: " ")
}

private func unknownCommand(in arguments: [String]) -> Failure? {
  let path = commandPath(arguments)
  let subcommands = path.last?.configuration.subcommands ?? []
  guard !subcommands.isEmpty, let word = arguments.dropFirst(path.count - 1).first,
    !word.hasPrefix("-")
  else { return nil }
  let near = nearest(to: word, among: subcommands.compactMap { $0.configuration.commandName })
  let name = commandName(in: arguments)
  return Failure(
    .usage, "there is no command “\(word.prefix(80).inert)” of `\(name)`",
    hint: near.isEmpty ? "see `\(name) --help`" : "did you mean \(list(near, "or"))?")
}

/// From the root to the innermost command that the arguments begin with.
private func commandPath(_ arguments: [String]) -> [any ParsableCommand.Type] {
  var path: [any ParsableCommand.Type] = [Jit.self]
  for word in arguments {
    let subcommands = path.last?.configuration.subcommands ?? []
    guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
      break
    }
    path.append(next)
  }
  return path
}
