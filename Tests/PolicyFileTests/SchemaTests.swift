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
    ("login", database("admin: { \(unknown) }")),
    ("role", "roles: { a: { \(unknown) } }"),
    ("scope", "roles: { a: { postgresql: { \(unknown) } } }"),
    ("privilege", "roles: { a: { postgresql: { privileges: [{ \(unknown) }] } } }"),
    ("entitlement", entitlement(unknown)),
    ("reason", entitlement("reason: { \(unknown) }")),
    ("per_day", entitlement("per_day: { \(unknown) }")),
    ("step", entitlement("review: [{ \(unknown) }]")),
    ("reviews", "reviews: { \(unknown) }"),
    ("condition", entitlement("review: [{ when: { \(unknown) } }]")),
    ("span", "windows: { a: { \(unknown) } }"),
    ("freeze", "freezes: { a: { \(unknown) } }"),
  ]

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
    let hints = diagnostics(of: policy).filter { $0.message == "unknown key \"zzzzzzzzzz\"" }
      .compactMap(\.hint)
    let hint = try #require(hints.first)
    let prefix = "Known here: "
    #expect(hint.hasPrefix(prefix))
    return Set(hint.dropFirst(prefix.count).dropLast().split(separator: ", ").map(String.init))
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
