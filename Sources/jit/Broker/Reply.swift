import AccessAPI
import AccessCore
import Foundation

/// What the broker answered, and the bytes it came in.
struct Reply<View: Decodable & Sendable>: Sendable {
  let view: View
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) throws(Failure) {
    do {
      view = try JSONDecoder().decode(View.self, from: Data(bytes))
    } catch {
      throw notUnderstood
    }
    self.bytes = bytes
  }

  /// Everything that came, also fields that only a newer broker knows.
  func json() throws(Failure) -> JSON {
    do { return try JSON(parsing: bytes) } catch { throw notUnderstood }
  }
}

extension Reply {
  /// Of a list, the element with this index.
  func json<Element>(ofElement index: Int) throws(Failure) -> JSON where View == [Element] {
    guard case .array(let elements) = try json(), elements.indices.contains(index) else {
      throw notUnderstood
    }
    return elements[index]
  }
}

/// The error in a reply that is not a success.
func problem(status: Int, _ bytes: [UInt8]) -> Failure {
  do {
    return Failure(try JSONDecoder().decode(Problem.self, from: Data(bytes)))
  } catch {
    return Failure(
      .brokerUnreachable, "what answers is not a broker: HTTP status \(status)",
      hint: "check the address in JIT_BROKER")
  }
}

private let notUnderstood = Failure(
  .internal, "the broker's answer is not understood",
  hint: "is jit as new as the broker? `jit --version` tells")
