extension JSON {
  /// A payload as JSON, in one step: no text is written that would have to be read again. Refuses
  /// what the ledger does not know: floats, and integers beyond ±2^53.
  package init(encoding value: some Encodable) throws {
    let place = Place()
    try value.encode(to: place)
    self = place.json
  }

  fileprivate init(exactly integer: any FixedWidthInteger) throws {
    guard let value = Int64(exactly: integer), value.magnitude <= 1 << 53 else {
      throw JSONError(message: "a number beyond 2^53", offset: 0)
    }
    self = .integer(value)
  }
}

/// Where one value goes, and what it consists of so far.
private final class Place: Encoder {
  enum Part {
    case json(JSON)
    /// Somebody may still write there.
    case place(Place)

    var json: JSON {
      switch self {
      case .json(let json): json
      case .place(let place): place.json
      }
    }
  }

  enum Content {
    case single(JSON)
    case members([String: Part])
    case elements([Part])
  }

  /// A value that encodes nothing is an object without members.
  var content = Content.members([:])

  var json: JSON {
    switch content {
    case .single(let json): json
    case .members(let members): .object(members.mapValues(\.json))
    case .elements(let elements): .array(elements.map(\.json))
    }
  }

  func add(_ part: Part, _ key: String) {
    var members: [String: Part] = [:]
    if case .members(let known) = content { members = known }
    content = .single(.null)
    members[key] = part
    content = .members(members)
  }

  func add(_ part: Part) {
    var elements: [Part] = []
    if case .elements(let known) = content { elements = known }
    content = .single(.null)
    elements.append(part)
    content = .elements(elements)
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members(place: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .elements = content {} else { content = .elements([]) }
    return Elements(place: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(place: self) }
}

// Every method for one type of number is witnessed by the generic one: numbers end in `Single`.

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let place: Place
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { place.add(.json(.null), key.stringValue) }

  func encode(_ value: String, forKey key: Key) {
    place.add(.json(.string(value)), key.stringValue)
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    place.add(.json(try JSON(encoding: value)), key.stringValue)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    inner(key.stringValue).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    inner(key.stringValue).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { inner("super") }
  func superEncoder(forKey key: Key) -> any Encoder { inner(key.stringValue) }

  private func inner(_ key: String) -> Place {
    let inner = Place()
    place.add(.place(inner), key)
    return inner
  }
}

private struct Elements: UnkeyedEncodingContainer {
  let place: Place
  var codingPath: [any CodingKey] { [] }

  var count: Int {
    if case .elements(let elements) = place.content { elements.count } else { 0 }
  }

  func encodeNil() { place.add(.json(.null)) }

  func encode<Value: Encodable>(_ value: Value) throws {
    place.add(.json(try JSON(encoding: value)))
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    inner().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { inner().unkeyedContainer() }
  func superEncoder() -> any Encoder { inner() }

  private func inner() -> Place {
    let inner = Place()
    place.add(.place(inner))
    return inner
  }
}

private struct Single: SingleValueEncodingContainer {
  let place: Place
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { place.content = .single(.null) }
  func encode(_ value: String) { place.content = .single(.string(value)) }
  func encode(_ value: Bool) { place.content = .single(.bool(value)) }

  func encode<Value: Encodable>(_ value: Value) throws {
    switch value {
    case let integer as any FixedWidthInteger: place.content = .single(try JSON(exactly: integer))
    case is any BinaryFloatingPoint:
      throw JSONError(message: "only whole numbers are allowed", offset: 0)
    default: try value.encode(to: place)
    }
  }
}
