import ArgumentParser

/// Runs what was typed, prints whatever went wrong, and returns the exit code.
func runCommandLine() async -> Int32 {
  do throws(Failure) {
    return await run(try commandLineArguments())
  } catch {
    return finish(error, CommandLine.arguments)
  }
}

func run(_ arguments: [String]) async -> Int32 {
  do {
    let command = try Jit.parseAsRoot(arguments)
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      var command = command
      try command.run()
    }
    return 0
  } catch is ReaderGone {
    return 0
  } catch {
    return finish(error, arguments)
  }
}

private func finish(_ error: any Error, _ arguments: [String]) -> Int32 {
  // Help and version come as errors, too.
  if !(error is Failure), Jit.exitCode(for: error).isSuccess {
    return printed(Jit.fullMessage(for: error) + "\n")
  }
  let failure = error as? Failure ?? argumentFailure(error, arguments)
  Console.standard.say(
    wantsJSON(arguments) ? failure.json : failure.text(paint: Console.standard.errorPaint))
  return failure.exitCode
}

private func printed(_ text: String) -> Int32 {
  do {
    try Console.standard.print(text)
    return 0
  } catch let failure as Failure {
    Console.standard.say(failure.text(paint: .plain))
    return failure.exitCode
  } catch {
    return 0
  }
}
