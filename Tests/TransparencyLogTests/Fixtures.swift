import Foundation
import TransparencyLog

/// `Fixtures/tree.json`: the eight leaves that the implementations of RFC 6962 share as test data.
struct TreeVectors: Decodable {
  struct Inclusion: Decodable {
    let leaf: UInt64
    let size: UInt64
    let path: [String]
  }

  struct Consistency: Decodable {
    let from: UInt64
    let to: UInt64
    let path: [String]
  }

  /// Hexadecimal, as every hash here.
  let leaves: [String]
  /// By tree size, from 0.
  let roots: [String]
  /// By level, then by index.
  let subtrees: [[String]]
  let inclusion: [Inclusion]
  let consistency: [Consistency]

  static let published = Result { try fixture("tree", as: TreeVectors.self) }
}

/// `Fixtures/notes.json`: signed notes made by other implementations.
struct NoteVectors: Decodable {
  struct Verifiable: Decodable {
    let keys: [String]
    let text: String
    let note: String
  }

  struct Signer: Decodable {
    let name: String
    let seed: String
    let key: String
    let text: String
    let note: String
  }

  struct Unverifiable: Decodable {
    let note: String
  }

  let notes: [Verifiable]
  let signer: Signer
  /// Notes whose keys are not published.
  let unverifiable: [Unverifiable]

  static let published = Result { try fixture("notes", as: NoteVectors.self) }
}

private func fixture<Vectors: Decodable>(_ name: String, as type: Vectors.Type) throws -> Vectors {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/\(name).json")
  return try JSONDecoder().decode(type, from: Data(contentsOf: file))
}

func bytes(hex: String) -> [UInt8] {
  stride(from: 0, to: hex.count, by: 2).compactMap { start in
    UInt8(hex.dropFirst(start).prefix(2), radix: 16)
  }
}
