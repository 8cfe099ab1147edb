import AccessCore
import Threads

/// One provisioner per server and admin login, kept as long as anything may need it.
actor Provisioners {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private let make: @Sendable (DatabaseAccess) -> any Provisioner
  private let policy: PolicyInForce
  private var made: [DatabaseAccess: any Provisioner] = [:]

  init(
    under policy: PolicyInForce, make: @escaping @Sendable (DatabaseAccess) -> any Provisioner
  ) {
    (self.policy, self.make) = (policy, make)
  }

  func provisioner(for access: DatabaseAccess) async -> any Provisioner {
    let provisioner = made[access] ?? make(access)
    made[access] = provisioner
    // A standby that was added since a grant began has its sessions, too, and one that is gone for
    // good is not waited for: the policy in force tells. The grant's own list is for when it does not.
    let listed = policy.snapshot.policy.databases.values.lazy.map(\.access).first { $0 == access }
    await provisioner.look(atStandbys: listed?.replicas ?? access.replicas)
    return provisioner
  }

  func closeAll() async {
    for provisioner in made.values { await provisioner.close() }
    made = [:]
  }
}
