import AccessAPI
import Testing

@Suite("paths")
struct PathTests {
  @Test("the paths are those of DESIGN §6")
  func spelled() {
    #expect(Path.request("7F3K2QXW") == "/v1/requests/7F3K2QXW")
    #expect(
      RequestAct.allCases.map { Path.request("X", $0) } == [
        "/v1/requests/X/reviews", "/v1/requests/X/activate", "/v1/requests/X/extend",
        "/v1/requests/X/cancel", "/v1/requests/X/release", "/v1/requests/X/revoke",
        "/v1/requests/X/residue", "/v1/requests/X/forget", "/v1/requests/X/erase",
      ])
    #expect(Path.token("X") == "/v1/tokens/X")
    #expect(ListScope.allCases.map(\.rawValue) == ["open", "mine", "to-review", "all"])
  }
}
