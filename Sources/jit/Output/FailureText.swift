import AccessCore

extension Failure {
  /// `error: …`, the details, `hint: …`, each on a line of its own.
  func text(paint: Paint) -> String {
    let message = message.safeLines.joined(separator: "\n")
    var lines = ["\(paint.red("error:")) \(message)"] + details
    if let hint { lines.append("\(paint.bold("hint:")) \(hint.safeLines.joined(separator: "\n"))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `{"error":{"code":…,"hint":…,"message":…}}`
  var json: String {
    let error: JSON = .object([
      "code": .string(code), "message": .string(message),
      "hint": hint.map { .string($0) } ?? .null,
    ])
    return JSON.object(["error": error]).inertLine + "\n"
  }
}
