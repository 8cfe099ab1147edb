import AccessCore
import Foundation
import Testing

@testable import jitd

@Suite("failpoints")
struct FailpointTests {
  @Test("nothing happens at any of them unless one is armed", arguments: Failpoint.allCases)
  func unarmed(_ failpoint: Failpoint) throws {
    try #require(ProcessInfo.processInfo.environment["JITD_FAILPOINT"] == nil)
    // A failpoint that were armed would end this very process.
    armedFailpoint()(failpoint)
  }
}
