import Testing
import TransparencyLog

@Suite("Hash")
struct HashTests {
  let hash = Hash.leaf("some entry".utf8)

  @Test("hexadecimal and base64 are read back")
  func roundTrip() {
    #expect(hash.hex.count == 64)
    #expect(hash.base64.count == 44)
    #expect(Hash(hex: hash.hex) == hash)
    #expect(Hash(base64: hash.base64) == hash)
    #expect(Hash(bytes: hash.bytes) == hash)
  }

  @Test("only the canonical text of exactly 32 bytes is read")
  func strictness() {
    #expect(Hash(bytes: hash.bytes.dropLast()) == nil)
    #expect(Hash(bytes: hash.bytes + [0]) == nil)
    #expect(Hash(hex: hash.hex.uppercased()) == nil)
    #expect(Hash(hex: hash.hex.dropLast()) == nil)
    #expect(Hash(hex: hash.hex.dropLast(2)) == nil)
    #expect(Hash(hex: hash.hex.dropLast() + "g") == nil)
    #expect(Hash(base64: hash.base64.dropLast()) == nil)
    #expect(Hash(base64: hash.base64 + "=") == nil)
    #expect(Hash(base64: hash.base64 + "\n") == nil)
    #expect(Hash(base64: " " + hash.base64) == nil)
    #expect(Hash(base64: "") == nil)
  }

  @Test("base64 with bits after the last byte is refused")
  func strayBits() {
    let zeros = String(repeating: "A", count: 43) + "="
    let strayBit = String(repeating: "A", count: 42) + "B="
    #expect(Hash(base64: zeros)?.bytes == [UInt8](repeating: 0, count: 32))
    #expect(Hash(base64: strayBit) == nil)
  }

  @Test("an inner node never has the hash of a leaf with the same bytes")
  func domainSeparation() {
    #expect(Hash.node(hash, .empty) != Hash.leaf(hash.bytes + Hash.empty.bytes))
    #expect(Hash.node(hash, .empty) != Hash.node(.empty, hash))
  }
}
