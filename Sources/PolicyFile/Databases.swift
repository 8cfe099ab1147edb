import AccessCore

extension Reader {
  func databases(_ entries: [Entry]) -> SeenDatabases {
    var seen = SeenDatabases()
    for entry in entries {
      if let name: DatabaseName = name(entry.key) { seen.places[name] = entry.key.place }
      if let database = database(entry, &seen) { seen.read[database.name] = database }
    }
    return seen
  }

  private func database(_ entry: Entry, _ seen: inout SeenDatabases) -> Database? {
    let name = DatabaseName(entry.key.text)
    let known = [
      "uid", "environment", "engine", "connection", "client", "admin", "apply", "accept",
      "distinct_from", "replicas",
    ]
    guard let fields = fields(entry, known: known) else { return nil }
    let uid = required("uid", in: fields).flatMap { self.uid($0.value, &seen) }
    let environment = required("environment", in: fields)
      .flatMap { choice($0.value, of: Environment.self, "an environment") }
    let engine = required("engine", in: fields)
      .flatMap { choice($0.value, of: Engine.self, "an engine") }
    let connection = required("connection", in: fields)
      .flatMap { self.connection($0, &seen) }
    let client = fields["client"].flatMap(clientEndpoint)
    let replicas = fields["replicas"].flatMap { self.replicas($0, of: connection) }
    let admin = required("admin", in: fields).flatMap { adminLogin($0, connection) }
    let applier = fields["apply"].flatMap { self.applier($0, admin, connection) }
    let accept = fields["accept"].flatMap { entry in
      list(entry.value, of: "dangers") { choice($0, of: Danger.self, "a danger") }
    }
    let distinct = fields["distinct_from"].flatMap { entry in
      list(entry.value, of: "databases") { node -> SeenDatabases.Other? in
        let other: DatabaseName? = self.name(node)
        return other.map { .init(name: $0, place: node.place) }
      }
    }
    if let name { seen.distinct[name] = distinct ?? [] }
    if let name, let environment { seen.environments[name] = environment }
    guard let name, let uid, let environment, let engine, let connection, let admin else {
      return nil
    }
    let access = DatabaseAccess(
      engine: engine, endpoint: connection.endpoint, dbname: connection.dbname,
      sslmode: connection.sslmode, sslrootcert: connection.sslrootcert, admin: admin,
      replicas: replicas ?? [])
    return Database(
      name: name, uid: uid, environment: environment, access: access, client: client,
      applier: applier, accept: Set(accept ?? []))
  }

  private func uid(_ node: Node, _ seen: inout SeenDatabases) -> DatabaseUID? {
    guard let uid: DatabaseUID = name(node) else { return nil }
    if let first = seen.uids[uid] {
      error(
        node.place, "the uid \(uid.text.quoted) is taken, at \(first)",
        hint: "Give each database a uid of its own, and never use one again.")
      return nil
    }
    seen.uids[uid] = node.place
    return uid
  }
}

/// The databases that could be read, and what two of them should not have in common.
struct SeenDatabases {
  var read: [DatabaseName: Database] = [:]
  var places: [DatabaseName: Place] = [:]
  var environments: [DatabaseName: Environment] = [:]
  /// Whom each says that it is not.
  var distinct: [DatabaseName: [Other]] = [:]
  var uids: [DatabaseUID: Place] = [:]
  var addresses: [Address: Place] = [:]

  struct Other {
    let name: DatabaseName
    let place: Place
  }

  struct Address: Hashable {
    let endpoint: Endpoint
    let dbname: String
  }
}
