import AccessBroker
import AccessCore
import PolicyFile

extension PolicySource {
  /// Policy files of a directory; kept with the ledger as a JSON array of names and texts.
  static func directory(_ path: String) -> PolicySource {
    PolicySource(
      read: { try readPolicyDocuments(directory: path) },
      encode: { documents in
        JSON.array(documents.map { .array([.string($0.name), .string($0.text)]) }).canonical
      },
      decode: { bytes in
        guard case .array(let documents) = try JSON(parsing: bytes) else { return [] }
        return documents.compactMap { document in
          guard case .array(let pair) = document, pair.count == 2,
            let name = pair[0].text, let text = pair[1].text
          else { return nil }
          return PolicyDocument(name: name, text: text)
        }
      })
  }
}
