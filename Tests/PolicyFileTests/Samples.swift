import Foundation

@testable import PolicyFile

/// Files beside the tests.
enum Samples {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  static let golden = folder.appending(path: "Golden")
  /// The example policies that the project ships.
  static let policies = folder.appending(path: "../../policies").standardizedFileURL.path

  static func golden(_ name: String) throws -> PolicyDocument {
    let text = try String(contentsOf: golden.appending(path: name), encoding: .utf8)
    return PolicyDocument(name: name, text: text)
  }

  static func goldenNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: golden.path)
      .filter { $0.hasSuffix(".yaml") }.sorted()
  }
}

/// What a person would see: each diagnostic, its hint below it.
func transcript(_ diagnostics: [Diagnostic]) -> String {
  diagnostics.map { diagnostic in
    "\(diagnostic)\n" + (diagnostic.hint.map { "  \($0)\n" } ?? "")
  }.joined()
}

/// Errors and warnings alike.
func diagnostics(of documents: [PolicyDocument]) -> [Diagnostic] {
  do {
    return try checkPolicy(documents).warnings
  } catch {
    return error.diagnostics
  }
}

func diagnostics(of text: String) -> [Diagnostic] {
  diagnostics(of: [PolicyDocument(name: "p.yaml", text: text)])
}

/// A sound policy with one line each that a test may replace.
func policyText(
  connection: String = "{ host: db1, dbname: orders }",
  admin: String = "{ user: jit_broker, password: credential:orders }",
  more: String = "", entitlement: String = "", top: String = ""
) -> String {
  """
  groups:
    backend: { members: [alice, bob] }
    dba: { members: [dana, drew] }
  databases:
    orders_PROD:
      uid: db-1
      environment: production
      engine: postgresql
      connection: \(connection)
      admin: \(admin)
      \(more)
  roles:
    read: { postgresql: { member_of: [app_read] } }
  entitlements:
    orders-read:
      requesters: [backend, dana]
      databases: [orders_PROD]
      roles: [read]
      max_duration: 1h
      review: [{ from: dba }]
      \(entitlement)
  \(top)
  """
}
