import Testing

@testable import PolicyFile

@Suite("Any text at all")
struct FuzzTests {
  @Test(
    "a damaged policy is read or refused, with places inside the text",
    arguments: 0..<8)
  func damaged(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let examples = try ["supported.yaml", "design.yaml", "types.yaml", "repeated.yaml"]
      .map { Array(try Samples.golden($0).text.unicodeScalars) }
    for _ in 0..<150 {
      var scalars = examples[Int.random(in: examples.indices, using: &random)]
      for _ in 0..<Int.random(in: 1...6, using: &random) { damage(&scalars, &random) }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      let found = diagnostics(of: String(text))
      // The parser places what is missing at the end on the line after the last.
      let lines = 2 + scalars.count { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) }
      #expect(found == found.sorted())
      for position in found.compactMap(\.position) {
        #expect((1...lines).contains(position.line))
        #expect(position.column >= 1)
      }
    }
  }

  private func damage(_ text: inout [Unicode.Scalar], _ random: inout SplitMix64) {
    guard !text.isEmpty else { return }
    let at = Int.random(in: text.indices, using: &random)
    let length = Int.random(in: 1...40, using: &random)
    let piece = text[at..<min(at + length, text.count)]
    switch Int.random(in: 0..<5, using: &random) {
    case 0: text.remove(at: at)
    case 1: text.insert(random.scalar(), at: at)
    case 2: text[at] = random.scalar()
    case 3: text.removeSubrange(piece.indices)
    default: text.insert(contentsOf: piece, at: Int.random(in: text.indices, using: &random))
    }
  }
}

/// A small generator with a seed, so that a failure can be seen again (Steele et al. 2014).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func scalar() -> Unicode.Scalar {
    let telling =
      Array("{}[]:,-?&*!|>'\"%@`#~ \n\t\r\\\0".unicodeScalars) + ["é", "\u{2028}", "\u{FEFF}", "💥"]
    return telling[Int.random(in: telling.indices, using: &self)]
  }
}
