import AccessCore
import Foundation
import PolicyFile
import Testing

@Suite("What a broken policy still says of databases")
struct SalvageTests {
  private func database(_ name: String, uid: String, port: Int, more: String = "") -> String {
    """
      \(name):
        uid: \(uid)
        environment: production
        engine: postgresql
        connection: { host: db1, port: \(port), dbname: orders }
        admin: { user: jit_broker, password: "credential:orders" }
    \(more)

    """
  }

  private func salvaged(_ files: [String: String]) throws -> SalvagedDatabases {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    return SalvagedDatabases(directory: folder.path)
  }

  @Test("a policy in order gives all of them, and no error")
  func fine() throws {
    let salvaged = try salvaged([
      "policy.yaml": "databases:\n" + database("a_PROD", uid: "db-1", port: 1)
        + database("stock_PROD", uid: "db-2", port: 2)
    ])
    #expect(salvaged.databases.map(\.name.text) == ["a_PROD", "stock_PROD"])
    #expect(salvaged.errors.isEmpty)
  }

  @Test(
    "whatever is broken elsewhere, a database that can be read is there, and the errors are told",
    arguments: [
      "groups: [", "\tgroups: {}", "groups: { dba: { members: [nobody at all] } }",
      "entitlements: { orders-write: {} }", "unknown: 1",
      "databases: { stock_PROD: { uid: db-2 } }",
    ])
  func broken(_ text: String) throws {
    let salvaged = try salvaged([
      "a.yaml": "databases:\n" + database("a_PROD", uid: "db-1", port: 1), "b.yaml": text,
    ])
    #expect(salvaged.databases.map(\.name.text) == ["a_PROD"])
    #expect(!salvaged.errors.isEmpty)
    #expect(salvaged.errors.allSatisfy { $0.severity == .error })
  }

  @Test("a key that is not known does not hide a database in the same file")
  func sameFile() throws {
    let salvaged = try salvaged([
      "a.yaml": "databases:\n" + database("a_PROD", uid: "db-1", port: 1)
        + database("stock_PROD", uid: "db-2", port: 2, more: "    acept: []")
    ])
    #expect(salvaged.databases.map(\.name.text) == ["a_PROD", "stock_PROD"])
    #expect(!salvaged.errors.isEmpty)
  }

  @Test("a file that is none, and a directory that is not there, give what there is: nothing")
  func nothing() throws {
    let salvaged = try salvaged(["a.yml": "databases: {}"])
    #expect(salvaged.databases.isEmpty && !salvaged.errors.isEmpty)
    let missing = SalvagedDatabases(directory: "/nowhere/at/all")
    #expect(missing.databases.isEmpty && !missing.errors.isEmpty)
  }
}
