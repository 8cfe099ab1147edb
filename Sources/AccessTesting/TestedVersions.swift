import Foundation

/// The major versions of PostgreSQL that tests of differences between versions run on: 15, unless
/// `JIT_POSTGRES_VERSIONS` names others (`"14 15 16 17 18"`).
package enum TestedVersions {
  package static let majors: [Int] = {
    let named = ProcessInfo.processInfo.environment["JIT_POSTGRES_VERSIONS"] ?? "15"
    let majors = named.split(separator: " ").map { Int($0) ?? 0 }
    // A matrix that is misspelt must not pass for one that was run.
    precondition(
      !majors.isEmpty && majors.allSatisfy { 14...18 ~= $0 },
      "JIT_POSTGRES_VERSIONS is \(named), which are no versions")
    return majors
  }()
}
