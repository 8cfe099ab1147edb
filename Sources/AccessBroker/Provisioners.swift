import AccessCore
import Threads

/// One provisioner per server and admin login, kept as long as anything may need it.
actor Provisioners {
  private nonisolated let lane = SerialLane(on: .ending)
  nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

  private let make: @Sendable (DatabaseAccess) -> any Provisioner
  private var made: [DatabaseAccess: any Provisioner] = [:]

  init(make: @escaping @Sendable (DatabaseAccess) -> any Provisioner) { self.make = make }

  func provisioner(for access: DatabaseAccess) -> any Provisioner {
    if let provisioner = made[access] { return provisioner }
    let provisioner = make(access)
    made[access] = provisioner
    return provisioner
  }

  func closeAll() async {
    for provisioner in made.values { await provisioner.close() }
    made = [:]
  }
}
