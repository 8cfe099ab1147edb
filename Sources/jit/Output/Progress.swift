/// How far something long is, on a line of its own that is drawn again and again. Only a person at
/// a terminal sees it.
struct Progress {
  private let what: String
  private let console: Console
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var drawnAt: ContinuousClock.Instant?

  /// - Parameter isShown: whether the terminal is free for it.
  init(_ what: String, isShown: Bool = true, console: Console = .standard) {
    self.what = what
    self.console = console
    self.isShown = isShown && console.errorIsTerminal
  }

  mutating func update(_ done: UInt64, of total: UInt64) {
    guard isShown, total > 0 else { return }
    let now = ContinuousClock.now
    // What is over at once is not worth a line.
    guard now - (drawnAt ?? start) >= .milliseconds(200) else { return }
    drawnAt = now
    let share = Double(min(done, total)) / Double(total)
    let filled = Int(share * 30)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    // ECMA-48: back to the start of the line, and erase it.
    console.say("\r\u{1B}[K\(what) [\(bar)] \(Int(share * 100))% (\(done) of \(total))")
  }

  /// Takes the line away.
  func end() {
    if drawnAt != nil { console.say("\r\u{1B}[K") }
  }
}
