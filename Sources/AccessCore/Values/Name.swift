/// What a name is of, and which texts are one.
package protocol NameKind: Sendable {
  /// How the kind is called in an error: `database name`.
  static var noun: String { get }
  static var lengthMax: Int { get }
  static func allows(_ byte: UInt8) -> Bool
}

/// A checked name. Because only a few ASCII characters are allowed, there is nothing to fold,
/// normalise or escape: two names are the same when their bytes are.
package struct Name<Kind: NameKind>: Hashable, Comparable, Sendable {
  package let text: String

  package init?(_ text: String) {
    guard
      !text.isEmpty, text.utf8.count <= Kind.lengthMax, text.utf8.allSatisfy(Kind.allows)
    else { return nil }
    self.text = text
  }

  package static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}

/// An authenticated identity: `[a-z0-9._@+-]{1,64}`.
package typealias Principal = Name<PrincipalKind>
package typealias GroupName = Name<GroupKind>
package typealias DatabaseName = Name<DatabaseKind>
/// What tells a database from every other one that ever had its name; never reused.
package typealias DatabaseUID = Name<DatabaseUIDKind>
package typealias RoleName = Name<RoleKind>
package typealias EntitlementName = Name<EntitlementKind>
package typealias WindowName = Name<WindowKind>
package typealias FreezeName = Name<FreezeKind>
/// The name of a file in the credentials directory that holds one secret.
package typealias CredentialName = Name<CredentialKind>

package enum PrincipalKind: NameKind {
  package static let noun = "principal"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool {
    isLower(byte) || isDigit(byte) || isOne(of: "._@+-", byte)
  }
}

package enum GroupKind: NameKind {
  package static let noun = "group name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum DatabaseKind: NameKind {
  package static let noun = "database name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum DatabaseUIDKind: NameKind {
  package static let noun = "uid"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum RoleKind: NameKind {
  package static let noun = "role name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum EntitlementKind: NameKind {
  package static let noun = "entitlement name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum WindowKind: NameKind {
  package static let noun = "window name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum FreezeKind: NameKind {
  package static let noun = "freeze name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

package enum CredentialKind: NameKind {
  package static let noun = "credential name"
  package static let lengthMax = 64
  package static func allows(_ byte: UInt8) -> Bool { isWord(byte) }
}

private func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
private func isOne(of set: StaticString, _ byte: UInt8) -> Bool {
  set.withUTF8Buffer { $0.contains(byte) }
}
private func isWord(_ byte: UInt8) -> Bool {
  isLower(byte) || (0x41...0x5A).contains(byte) || isDigit(byte) || isOne(of: "._-", byte)
}

extension Name: CustomStringConvertible {
  package var description: String { text }
}

extension Name: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let name = Self(text) else { throw decoder.invalid("not a \(Kind.noun)") }
    self = name
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension Name: CodingKeyRepresentable {
  package var codingKey: any CodingKey { text.codingKey }
  package init?<K: CodingKey>(codingKey: K) { self.init(codingKey.stringValue) }
}
