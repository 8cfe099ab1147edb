import AccessBroker
import AccessCore
import PolicyFile
import Synchronization

/// A policy directory with one file, which a test may change.
final class PolicyText: Sendable {
  private let text: Mutex<String>

  init(_ text: String) { self.text = Mutex(text) }

  func set(_ new: String) { text.withLock { $0 = new } }

  func replace(_ old: String, with new: String) {
    text.withLock { text in
      precondition(text.contains(old), "the policy does not say \(old)")
      text = text.replacing(old, with: new)
    }
  }

  var source: PolicySource {
    PolicySource(
      read: { [PolicyDocument(name: "policy.yaml", text: self.text.withLock { $0 })] },
      encode: { Array($0.map(\.text).joined().utf8) },
      decode: { [PolicyDocument(name: "policy.yaml", text: String(decoding: $0, as: UTF8.self))] })
  }
}

/// Two databases on two servers; `read` without review, `write` reviewed by one of the dba.
let testPolicy = """
  groups:
    backend: { members: [alice, bob] }
    dba: { members: [dana, drew] }
    security: { members: [sam] }
    auditors: { members: [audrey] }
    operators: { members: [olga] }
  authorities:
    audit: [auditors]
    revoke: [security]
    operate: [operators]
  databases:
    orders_PROD:
      uid: db-1
      environment: production
      engine: postgresql
      connection: { host: db1, dbname: orders }
      admin: { user: jit_broker, password: "credential:orders" }
    stock_PROD:
      uid: db-2
      environment: production
      engine: postgresql
      connection: { host: db2, dbname: stock }
      admin: { user: jit_broker, password: "credential:stock" }
  roles:
    read: { writes: false, postgresql: { member_of: [app_read] } }
    write: { postgresql: { member_of: [app_write] } }
  entitlements:
    anybody-reads:
      requesters: [backend]
      databases: [orders_PROD, stock_PROD]
      roles: [read]
      max_duration: 1h
      review: none
    reviewed-writes:
      requesters: [backend]
      databases: [orders_PROD, stock_PROD]
      roles: [write]
      max_duration: 1h
      review: [{ from: dba, count: 1 }]
  """
