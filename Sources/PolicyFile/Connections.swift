import AccessCore

/// The `connection:` of a database.
struct Connection {
  let endpoint: Endpoint
  let dbname: String
  let sslmode: TLSMode
  let sslrootcert: String?
}

extension Reader {
  func connection(_ entry: Entry, _ seen: inout SeenDatabases) -> Connection? {
    let known = ["host", "port", "dbname", "sslmode", "sslrootcert"]
    guard let fields = fields(entry, known: known) else { return nil }
    let endpoint = self.endpoint(fields)
    let dbname = required("dbname", in: fields)
      .flatMap { serverName($0.value, "the name of a database in the server") }
    let sslmode = fields["sslmode"].flatMap { choice($0.value, of: TLSMode.self, "an sslmode") }
    let sslrootcert = fields["sslrootcert"].flatMap { absolutePath($0.value) }
    guard let endpoint, let dbname else { return nil }
    warnOfSameAddress(.init(endpoint: endpoint, dbname: dbname), entry.key.place, &seen)
    return Connection(
      endpoint: endpoint, dbname: dbname, sslmode: sslmode ?? endpoint.defaultTLSMode,
      sslrootcert: sslrootcert)
  }

  func clientEndpoint(_ entry: Entry) -> Endpoint? {
    fields(entry, known: ["host", "port"]).flatMap(endpoint)
  }

  /// The streaming standbys of a database: other servers than the primary, each once.
  func replicas(_ entry: Entry, of primary: Connection?) -> [Endpoint]? {
    var seen: [Endpoint] = [primary?.endpoint].compactMap(\.self)
    return list(entry.value, of: "standbys") { node -> Endpoint? in
      let item = Entry(key: Key(text: entry.key.text, place: node.place), value: node)
      guard let replica = self.fields(item, known: ["host", "port"]).flatMap(endpoint) else {
        return nil
      }
      guard !seen.contains(replica) else {
        error(
          node.place,
          replica == primary?.endpoint
            ? "is the primary itself" : "is listed twice",
          hint: "List each streaming standby once, and not the server under `connection:`.")
        return nil
      }
      seen.append(replica)
      return replica
    }
  }

  private func endpoint(_ fields: Fields) -> Endpoint? {
    let host = required("host", in: fields).flatMap { self.host($0.value) }
    let port = fields["port"].flatMap { integer($0.value, in: 1...65_535) } ?? 5_432
    guard let host else { return nil }
    return Endpoint(host: host, port: port)
  }

  /// One host name, address or socket directory. libpq would take a list with commas for several
  /// servers, and the broker would not know which one it looked at.
  private func host(_ node: Node) -> String? {
    guard let host = line(node, "a host name, an address or a socket directory") else { return nil }
    let isDirectory = host.hasPrefix("/") && !host.contains(",")
    let isHost = host.utf8.count <= 253 && host.utf8.allSatisfy(isHostByte)
    guard isDirectory || isHost else {
      error(
        node.place, "expected a host name, an address or a socket directory",
        hint: "Name one host, without scheme, user or port.")
      return nil
    }
    return host
  }

  private func warnOfSameAddress(
    _ address: SeenDatabases.Address, _ place: Place, _ seen: inout SeenDatabases
  ) {
    if let first = seen.addresses[address] {
      warning(
        place, "is the same database as the one at \(first)",
        hint: "Keep one name for each database.")
    } else {
      seen.addresses[address] = place
    }
  }
}

extension Endpoint {
  /// Whether it is the directory of a Unix socket.
  var isSocket: Bool { host.hasPrefix("/") }

  /// The server is verified unless somebody says otherwise. On this host nobody else can listen
  /// or answer, and servers there seldom have a certificate in their name: `prefer` takes what
  /// there is.
  var defaultTLSMode: TLSMode {
    isSocket || ["127.0.0.1", "::1", "localhost"].contains(host) ? .prefer : .verifyFull
  }
}

private func isHostByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  // The colon and the percent sign are for IPv6 addresses and their zones.
  default: ".-_:%".utf8.contains(byte)
  }
}
