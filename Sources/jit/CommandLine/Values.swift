import AccessAPI
import AccessCore
import ArgumentParser

// Values are checked when a command runs, not while arguments are parsed, so that an error can
// carry a hint.

/// - Returns: the id in upper case.
func requestID(_ text: String) throws(Failure) -> String {
  if let id = RequestID(text) { return id.text }
  let hint = "ids have 8 characters, like 7F3K2QXW; `jit requests` lists yours"
  // A mistyped id is a request that does not exist; anything stranger is not an id at all.
  let word = text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isASCIIWord } && !text.isEmpty
  throw Failure(
    word ? .unknownRequest : .usage,
    word ? "there is no request \(text)" : "“\(text.prefix(80).inert)” is not a request id",
    hint: hint)
}

/// - Returns: the duration as typed.
func duration(_ text: String, _ option: String) throws(Failure) -> TimeSpan {
  if let span = TimeSpan(text) { return span }
  throw Failure(
    .usage, "\(option): “\(text.prefix(40).inert)” is not a duration",
    hint: "durations look like 90s, 30m, 1h30m, 2h or 1d, and are at least 1s")
}

/// An instant, or a date for the beginning of that day in UTC.
func instant(_ text: String, _ option: String) throws(Failure) -> Timestamp {
  if let instant = Timestamp(text) ?? Timestamp("\(text)T00:00:00Z") { return instant }
  throw Failure(
    .usage, "\(option): “\(text.prefix(40).inert)” is not a time",
    hint: "times look like 2026-03-01T09:30:00Z, or 2026-03-01 for the day's beginning in UTC")
}

/// - Returns: the text, if it says something.
func written(_ text: String, _ option: String) throws(Failure) -> String {
  guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
    throw Failure(.usage, "\(option) is empty", hint: "say why, for those who read it later")
  }
  return text
}

extension Character {
  fileprivate var isASCIIWord: Bool { isASCII && (isLetter || isNumber) }
}
