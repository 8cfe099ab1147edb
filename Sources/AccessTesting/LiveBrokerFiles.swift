import Foundation

extension LiveBroker {
  package nonisolated var state: String { "\(folder)/state" }
  package nonisolated var log: String { "\(folder)/jitd.log" }
  /// Where the newest checkpoint is published.
  package nonisolated var published: String { "\(folder)/checkpoint" }
  package nonisolated var configuration: String { "\(folder)/jitd.yaml" }
  package nonisolated var socket: String { "\(folder)/jitd.sock" }
  nonisolated var adminSocket: String { "\(folder)/admin.sock" }
  private nonisolated var policyFile: String { "\(folder)/policies/orders.yaml" }

  nonisolated func prepareFiles() throws {
    let files = FileManager.default
    for name in ["policies", "credentials"] {
      try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
    }
    let credential = "\(folder)/credentials/orders-admin"
    try Data(database.adminPassword.utf8).write(to: URL(filePath: credential))
    try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: credential)
    try write(policy: policy)
    let settings = """
      origin: \(origin)
      state: \(state)
      policies: \(folder)/policies
      credentials: \(folder)/credentials
      publish: \(published)
      listen:
        unix: { path: \(socket) }
        admin: { path: \(adminSocket) }

      """
    try Data(settings.utf8).write(to: URL(filePath: configuration))
  }

  /// Adds lines to the configuration of the daemon.
  package nonisolated func configure(_ lines: String) throws {
    let text = try String(contentsOfFile: configuration, encoding: .utf8)
    try Data((text + lines).utf8).write(to: URL(filePath: configuration))
  }

  /// Names in the directory of credentials.
  package nonisolated var credentialFiles: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: "\(folder)/credentials").sorted()
    }
  }

  /// What the broker shows to the database.
  package nonisolated var adminSecret: String {
    get throws {
      let text = try String(contentsOfFile: "\(folder)/credentials/orders-admin", encoding: .utf8)
      return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
  }

  /// Replaces the one policy file, `orders.yaml`.
  package nonisolated func write(policy: String) throws {
    try Data(policy.utf8).write(to: URL(filePath: policyFile), options: .atomic)
  }

  /// The policy that a broker begins with. Alice asks, bob and carol review (as alice would for
  /// them), dana operates and revokes, audrey sees everything.
  package nonisolated var policy: String {
    """
    groups:
      backend:  { members: [alice, bob, carol] }
      dba:      { members: [dana] }
      auditors: { members: [audrey] }
    authorities:
      audit: [auditors]
      revoke: [dba]
      operate: [dba]
    databases:
      orders_PROD:
        uid: db-01JD3ZK8
        environment: production
        engine: postgresql
        connection: { host: 127.0.0.1, port: \(database.postgres.port), dbname: \(database.dbname) }
        admin: { user: \(database.admin), password: "credential:orders-admin" }
        accept: [createrole-is-superuser]
    roles:
      write:
        postgresql: { member_of: [\(database.scope)] }
    entitlements:
      orders-write:
        requesters: [backend]
        databases: [orders_PROD]
        roles: [write]
        max_duration: 1h
        reason: { required: true, pattern: "(INC|CHG)-[0-9]+", prompt: "Incident or change" }
        review:
          - { from: backend, count: 1 }

    """
  }
}
