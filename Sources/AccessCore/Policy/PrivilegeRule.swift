/// Some privileges on some things: `{ allow: [select], on: tables, in: [public] }`.
package struct PrivilegeRule: Sendable, Equatable {
  package let allow: [Privilege]
  package let on: PrivilegeTarget
  /// Names of schemas; of `schemas` the things themselves.
  package let schemas: [String]
  /// Names of the things, in each of the schemas; nil for all that there are.
  package let only: [String]?
  /// Of `columns` which; else empty.
  package let columns: [String]
  /// Owners whose things are in it as soon as they make them.
  package let future: [String]

  package init(
    allow: [Privilege], on: PrivilegeTarget, schemas: [String], only: [String]? = nil,
    columns: [String] = [], future: [String] = []
  ) {
    self.allow = allow
    self.on = on
    self.schemas = schemas
    self.only = only
    self.columns = columns
    self.future = future
  }
}

package enum PrivilegeTarget: String, Sendable, CaseIterable {
  case schemas, tables, columns, sequences, routines

  /// What PostgreSQL knows on such things (manual, "Privileges").
  package var privileges: [Privilege] {
    switch self {
    case .schemas: [.usage, .create]
    case .tables: [.select, .insert, .update, .delete, .truncate, .references, .trigger]
    case .columns: [.select, .insert, .update, .references]
    case .sequences: [.usage, .select, .update]
    case .routines: [.execute]
    }
  }
}

package enum Privilege: String, Sendable, CaseIterable {
  case select, insert, update, delete, truncate, references, trigger
  case usage, create, execute

  /// As SQL spells it.
  package var sql: String { rawValue.uppercased() }

  /// Whether who has it can change something. Of a routine nobody knows.
  package var writes: Bool {
    switch self {
    case .insert, .update, .delete, .truncate, .references, .trigger, .create: true
    case .select, .usage, .execute: false
    }
  }
}
