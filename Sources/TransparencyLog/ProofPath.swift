/// The list of hashes in a proof, from the leaves up.
enum ProofPath {
  static let maximumCount = 64

  static func check(_ path: [Hash]) throws(ProofError) {
    guard path.count <= maximumCount else { throw .pathTooLong(count: path.count) }
  }

  static func decode(_ base64: [String]) throws(ProofError) -> [Hash] {
    guard base64.count <= maximumCount else { throw .pathTooLong(count: base64.count) }
    var path: [Hash] = []
    for (position, text) in base64.enumerated() {
      guard let hash = Hash(base64: text) else { throw .malformedHash(position: position) }
      path.append(hash)
    }
    return path
  }
}
