import AccessCore

extension Reader {
  /// `office-hours: { days: [mon, tue], from: 09:00, to: 17:00 }`, or a list of such spans.
  func windows(_ entries: [Entry], in zone: Zone) -> [WindowName: Window] {
    var windows: [WindowName: Window] = [:]
    for entry in entries {
      let name: WindowName? = name(entry.key)
      let spans: [Window.Span?]
      if case .sequence(let nodes) = entry.value.content {
        spans = list(entry.value, of: "spans") { span($0, $0.place, zone) } ?? []
        if nodes.count > PolicyLimits.spansMax {
          error(entry.value.place, "has more than \(PolicyLimits.spansMax) spans")
        }
      } else {
        spans = [span(entry.value, entry.key.place, zone)]
      }
      if let name, !spans.isEmpty, !spans.contains(where: { $0 == nil }) {
        windows[name] = Window(name: name, spans: spans.compactMap(\.self))
      }
    }
    return windows
  }

  private func span(_ node: Node, _ owner: Place, _ zone: Zone) -> Window.Span? {
    let known = ["days", "from", "to", "timezone"]
    guard let fields = fields(node, owner: owner, known: known) else { return nil }
    let days = fields["days"].map { entry in
      list(entry.value, of: "days") { choice($0, of: Weekday.self, "a day") }
    }
    let from = required("from", in: fields).flatMap { clockTime($0.value, mayBeMidnight: false) }
    let to = required("to", in: fields).flatMap { clockTime($0.value, mayBeMidnight: true) }
    let own = fields["timezone"].map { self.zone($0.value) }
    guard let days = days ?? Weekday.allCases, let zone = own ?? zone, let from, let to else {
      return nil
    }
    guard from != to else {
      error(
        node.place, "begins when it ends", hint: "A whole day is from: 00:00 and to: 24:00.")
      return nil
    }
    return Window.Span(zone: zone, days: Set(days), from: from, to: to)
  }

  /// `HH:MM` in milliseconds since midnight; `24:00` only where something ends.
  private func clockTime(_ node: Node, mayBeMidnight: Bool) -> Int64? {
    guard let text = text(node, "a time like 09:00") else { return nil }
    if let minutes = clockMinutes(text) { return minutes * 60_000 }
    if mayBeMidnight, text == "24:00" { return 86_400_000 }
    error(
      node.place, "\(text.quoted) is not a time",
      hint: "Write hours and minutes: 09:00, 17:30\(mayBeMidnight ? ", 24:00" : "").")
    return nil
  }
}

/// `HH:MM` in minutes since midnight.
func clockMinutes(_ text: String) -> Int64? {
  let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  guard
    parts.count == 2,
    parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0x30...0x39).contains($0) } }),
    let hour = Int64(String(parts[0]) ?? ""), let minute = Int64(String(parts[1]) ?? ""),
    hour < 24, minute < 60
  else { return nil }
  return hour * 60 + minute
}
