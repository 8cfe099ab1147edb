/// One SQL statement with its parameters (`$1`, `$2`, …) in text form; nil is NULL.
package struct Statement: Sendable {
  package let sql: String
  package let parameters: [String?]
  /// Whether a connection keeps its plan: for what is asked again and again in the same words.
  let isKept: Bool

  package init(_ sql: String, _ parameters: [String?] = []) {
    self.init(sql, parameters, isKept: false)
  }

  private init(_ sql: String, _ parameters: [String?], isKept: Bool) {
    self.sql = sql
    self.parameters = parameters
    self.isKept = isKept
  }

  /// The same, planned once for each connection and then only run. Its text must be one of a few:
  /// all that a connection has kept, it keeps as long as it lives.
  package var kept: Statement { Statement(sql, parameters, isKept: true) }

  /// Refuses what libpq would cut short or reject halfway, before anything is sent.
  func check() throws(PostgresError) {
    try refuseNUL(sql, in: "the statement")
    for parameter in parameters {
      if let parameter { try refuseNUL(parameter, in: "a parameter") }
    }
    // The protocol counts parameters in 16 bits.
    if parameters.count > 65_535 {
      throw .misuse("a statement takes at most 65535 parameters; send fewer, or an array")
    }
  }

  /// Calls `body` with the parameters as the array of C strings that libpq takes.
  func withCStrings<Value>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?, CInt) -> Value
  ) -> Value {
    PostgresClient.withCStrings(parameters) { body($0, CInt(parameters.count)) }
  }
}

/// C ends a string at its first NUL: what comes after it would be lost without a word.
func refuseNUL(_ text: String, in place: String) throws(PostgresError) {
  if text.utf8.contains(0) {
    throw .misuse("\(place) holds a NUL character, which PostgreSQL cannot take; remove it")
  }
}

/// Calls `body` with an array of C strings that ends with a null pointer; nil becomes one as well.
/// No text may hold a NUL.
func withCStrings<Value>(
  _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
) -> Value {
  var bytes: [CChar] = []
  var starts: [Int?] = []
  for text in texts {
    starts.append(text.map { _ in bytes.count })
    if let text { bytes.append(contentsOf: text.utf8CString) }
  }
  return bytes.withUnsafeBufferPointer { buffer in
    // The base address is nil only of an empty buffer, and then nothing starts in it.
    let pointers = starts.map { start in
      start.flatMap { start in buffer.baseAddress.map { $0 + start } }
    }
    return (pointers + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
