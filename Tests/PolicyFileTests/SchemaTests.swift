import Foundation
import Testing

@testable import PolicyFile

/// What editors are told of policy files.
@Suite("The JSON Schema of policies")
struct SchemaTests {
  private static let unknown = "zzzzzzzzzz: 1"

  /// The name of an object in the schema, and a policy with an unknown key in such an object.
  static let places: [(name: String, policy: String)] = [
    ("group", "groups: { a: { \(unknown) } }"),
    ("database", database(unknown)),
    ("connection", database("connection: { \(unknown) }")),
    ("client", database("client: { \(unknown) }")),
    ("replica", database("replicas: [{ \(unknown) }]")),
    ("login", database("admin: { \(unknown) }")),
    ("role", "roles: { a: { \(unknown) } }"),
    ("scope", "roles: { a: { postgresql: { \(unknown) } } }"),
    ("privilege", "roles: { a: { postgresql: { privileges: [{ \(unknown) }] } } }"),
    ("entitlement", entitlement(unknown)),
    ("emergency", "break_glass: { a: { \(unknown) } }"),
    ("reason", entitlement("reason: { \(unknown) }")),
    ("per_day", entitlement("per_day: { \(unknown) }")),
    ("step", entitlement("review: [{ \(unknown) }]")),
    ("reviews", "reviews: { \(unknown) }"),
    ("condition", entitlement("review: [{ when: { \(unknown) } }]")),
    ("span", "windows: { a: { \(unknown) } }"),
    ("freeze", "freezes: { a: { \(unknown) } }"),
  ]

  private static let noWord = "zzzzzzzzzz"

  /// The object and key in the schema at which one of some words stands, and a policy with another word
  /// there.
  static let words: [(object: String, key: String, policy: String)] = [
    ("database", "environment", database("environment: \(noWord)")),
    ("database", "engine", database("engine: \(noWord)")),
    ("database", "accept", database("accept: [\(noWord)]")),
    ("connection", "sslmode", database("connection: { sslmode: \(noWord) }")),
    ("privilege", "on", privilege("on: \(noWord)")),
    ("privilege", "allow", privilege("allow: [\(noWord)]")),
    ("entitlement", "residue", entitlement("residue: \(noWord)")),
    ("step", "signature", entitlement("review: [{ signature: \(noWord) }]")),
    ("reviews", "not_by", "reviews: { not_by: [\(noWord)] }"),
    ("condition", "environments", entitlement("review: [{ when: { environments: [\(noWord)] } }]")),
    ("span", "days", "windows: { a: { days: [\(noWord)] } }"),
    ("freeze", "environments", "freezes: { a: { environments: [\(noWord)] } }"),
  ]

  private static func privilege(_ text: String) -> String {
    "roles: { a: { postgresql: { privileges: [{ \(text) }] } } }"
  }
  private static func database(_ text: String) -> String { "databases: { a: { \(text) } }" }
  private static func entitlement(_ text: String) -> String { "entitlements: { a: { \(text) } }" }

  private func schema() throws -> [String: Any] {
    let file = URL(filePath: Samples.policies).appending(path: "policy.schema.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return try #require(json as? [String: Any])
  }

  private func keys(of object: Any?) throws -> Set<String> {
    let object = try #require(object as? [String: Any])
    #expect(object["additionalProperties"] as? Bool == false)
    return Set(try #require(object["properties"] as? [String: Any]).keys)
  }

  /// The keys that the reader says it knows, where it met one that it does not.
  private func known(in policy: String) throws -> Set<String> {
    try offered(in: policy, with: "Known here: ") { $0 == "unknown key \"zzzzzzzzzz\"" }
  }

  /// What stands in the hint of the diagnostic.
  private func offered(
    in policy: String, with prefix: String, _ isMeant: (String) -> Bool
  ) throws -> Set<String> {
    let hints = diagnostics(of: policy).filter { isMeant($0.message) }.compactMap(\.hint)
    let hint = try #require(hints.first)
    #expect(hint.hasPrefix(prefix))
    return Set(hint.dropFirst(prefix.count).dropLast().split(separator: ", ").map(String.init))
  }

  @Test("it has the words that are known, at each place", arguments: words)
  func enumerations(object: String, key: String, policy: String) throws {
    let objects = try #require(try schema()["$defs"] as? [String: Any])
    let properties = (objects[object] as? [String: Any])?["properties"] as? [String: Any]
    let property = try #require(properties?[key] as? [String: Any])
    let place = property["items"] as? [String: Any] ?? property
    let known = try offered(in: policy, with: "One of: ") { $0.hasPrefix("\"zzzzzzzzzz\" is not ") }
    #expect(Set(place["enum"] as? [String] ?? []) == known)
  }

  @Test("it has the keys that are known, at each place", arguments: places)
  func objects(name: String, policy: String) throws {
    let objects = try #require(try schema()["$defs"] as? [String: Any])
    #expect(try keys(of: objects[name]) == known(in: policy))
  }

  @Test("it has the sections that there are, and describes no object that is not tested")
  func sections() throws {
    let schema = try schema()
    #expect(try keys(of: schema) == known(in: Self.unknown))
    let objects = try #require(schema["$defs"] as? [String: Any])
    #expect(Set(objects.keys) == Set(Self.places.map(\.name)))
  }
}
