import Testing

@testable import AccessCore

@Suite("What is not as it was made")
struct DriftTests {
  private let changed = [Drift(.power, "it has CREATEDB")]

  private func found(_ role: RoleIdentity, _ drift: [Drift]) -> DriftFound {
    DriftFound(database: World.name("orders_PROD"), role: role, drift: drift)
  }

  @Test("is an entry once, until it changes, and once more when it is in order again")
  func once() throws {
    var world = World()
    let id = try world.active()
    let role = world.identity(id)
    #expect(world.see(.drift(id, found(role, []))) == [])
    #expect(world.see(.drift(id, found(role, changed))) == [.driftFound(id, found(role, changed))])
    #expect(world.see(.drift(id, found(role, changed))) == [])
    #expect(world.state.requests[id]?.grant?.drift == changed)
    let more = changed + [Drift(.setting, "it has a setting: role")]
    #expect(world.see(.drift(id, found(role, more))).count == 1)
    #expect(world.see(.drift(id, found(role, []))).count == 1)
    #expect(world.state.requests[id]?.grant?.drift == [])
  }

  @Test("ends nothing")
  func endsNothing() throws {
    var world = World()
    let id = try world.active()
    world.see(.drift(id, found(world.identity(id), [Drift(.missing, "it is gone")])))
    guard case .active = world.state.requests[id]?.grant?.stage else {
      Issue.record("\(String(describing: world.state.requests[id]?.grant))")
      return
    }
  }

  @Test("is said of the grant's own role only, and while it is live only")
  func ownRole() throws {
    var world = World()
    let id = try world.active()
    let other = RoleIdentity(name: "jit_alice_1", oid: 1, systemIdentifier: "7")
    #expect(world.see(.drift(id, found(other, changed))) == [])
    try world.say(.release(id), World.alice)
    #expect(world.see(.drift(id, found(world.identity(id), changed))) == [])
  }

  @Test("stays with a grant that has ended, for whoever reads its history")
  func history() throws {
    var world = World()
    let id = try world.active()
    world.see(.drift(id, found(world.identity(id), changed)))
    try world.say(.release(id), World.alice)
    world.see(
      .ended(
        id,
        Receipt(
          sessionsEnded: 0, preparedRolledBack: 0, objectsDropped: 0, residue: [], verified: true,
          overrunMs: 0)))
    #expect(world.request(id)?.grant?.drift == changed)
    #expect(world.request(id)?.isClosed == true)
  }

  @Test("a role that looks like ours is an entry once, until it is gone")
  func stranger() {
    var world = World()
    let role = RoleIdentity(name: "jit_eve_00000000", oid: 7, systemIdentifier: "7")
    let looks = [Drift(.stranger, "it does not have our tag")]
    #expect(world.see(.drift(nil, found(role, []))) == [])
    #expect(world.see(.drift(nil, found(role, looks))).count == 1)
    #expect(world.see(.drift(nil, found(role, looks))) == [])
    #expect(world.state.strangers.keys.map(\.name) == ["jit_eve_00000000"])
    #expect(world.see(.drift(nil, found(role, []))).count == 1)
    #expect(world.state.strangers.isEmpty)
  }

  @Test("nobody fills the ledger by making many such roles")
  func bound() {
    var world = World()
    let looks = [Drift(.stranger, "it does not have our tag")]
    for oid in 0..<UInt32(Limits.strangersMax + 10) {
      let role = RoleIdentity(name: "jit_eve_\(oid)", oid: oid, systemIdentifier: "7")
      world.see(.drift(nil, found(role, looks)))
    }
    #expect(world.state.strangers.count == Limits.strangersMax)
    #expect(world.entries.count == Limits.strangersMax)
  }
}
