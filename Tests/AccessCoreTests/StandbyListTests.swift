import Foundation
import Testing

@testable import AccessCore

@Suite("The standbys of a place")
struct StandbyListTests {
  private func access(_ replicas: [Endpoint]) -> DatabaseAccess {
    DatabaseAccess(
      engine: .postgresql, endpoint: Endpoint(host: "db1", port: 5_432), dbname: "orders",
      sslmode: .verifyFull, admin: AdminLogin(user: "jit_broker", proof: .peer),
      replicas: replicas)
  }

  @Test("do not make it another place: live grants and a changed list go together")
  func samePlace() {
    let more = access([Endpoint(host: "db2", port: 5_432)])
    #expect(access([]) == more)
    #expect(Set([access([]), more]).count == 1)
  }

  @Test("are in the entry, and one without any is written as before there were any")
  func coding() throws {
    let replicas = [Endpoint(host: "db2", port: 5_433), Endpoint(host: "db3", port: 5_432)]
    let encoder = JSONEncoder()
    let listed = try encoder.encode(access(replicas))
    #expect(try JSONDecoder().decode(DatabaseAccess.self, from: listed).replicas == replicas)
    let none = try encoder.encode(access([]))
    #expect(!String(decoding: none, as: UTF8.self).contains("replicas"))
    #expect(try JSONDecoder().decode(DatabaseAccess.self, from: none).replicas == [])
  }
}
