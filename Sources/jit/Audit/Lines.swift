/// Cuts a stream into lines.
struct Lines {
  private var unfinished: [UInt8] = []

  /// Hands on each line that is complete now, without its newline.
  mutating func add(
    _ bytes: [UInt8], each: (ArraySlice<UInt8>) throws -> Void
  ) rethrows {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      if unfinished.isEmpty {
        try each(rest[..<end])
      } else {
        unfinished += rest[..<end]
        let line = unfinished
        unfinished = []
        try each(line[...])
      }
      rest = rest[(end + 1)...]
    }
    unfinished += rest
  }
}
