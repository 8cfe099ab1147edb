import AccessBroker
import AccessCore
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle
import Threads

/// The API on one Unix socket.
package struct AccessServer: Service {
  private let broker: Broker
  private let entrance: Entrance
  private let path: String
  private let mode: mode_t
  private let callers: CallersMax
  private let times: StartTimes
  private let logger: Logger
  private let onReady: @Sendable () async -> Void

  /// `mode` is that of the socket's file. `onReady` is called once the socket takes calls.
  package init(
    _ broker: Broker, entrance: Entrance, path: String, mode: UInt32, callers: CallersMax,
    times: StartTimes, logger: Logger, onReady: @escaping @Sendable () async -> Void = {}
  ) {
    self.broker = broker
    self.entrance = entrance
    self.path = path
    self.mode = mode
    self.callers = callers
    self.times = times
    self.logger = logger
    self.onReady = onReady
  }

  package func run() async throws {
    try removeStaleSocket(path)
    let peers = ConnectionsPerPeer(most: callers)
    let application = Application(
      router: router(),
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [peers.handler()],
          idleTimeout: .seconds(Limits.idleConnectionSecondsMax))),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: path), serverName: "jitd",
        availableConnectionsDelegate: .maximum(callers.connections, logger: logger)),
      onServerRunning: { [path, mode, logger, onReady] _ in
        // The process's umask made it 0600; only now, with everything in place, others may come.
        if chmod(path, mode) != 0 { logger.critical("cannot chmod \(path): errno \(errno)") }
        await onReady()
      },
      logger: logger)
    defer { unlink(path) }
    try await withTaskExecutorPreference(ThreadPool.serving) { try await application.run() }
  }

  private func router() -> Router<APIContext> {
    let router = Router(context: APIContext.self)
    router.add(middleware: Problems())
    StatusRoutes(broker: broker).addOpen(to: router)
    router.add(middleware: Authentication(broker: broker, entrance: entrance))
    router.add(middleware: Witnessing(broker: broker))
    // Once more, so that refusals bear a checkpoint, too.
    router.add(middleware: Problems())
    RequestRoutes(broker: broker, times: times).add(to: router)
    ResidueRoutes(broker: broker).add(to: router)
    IdentityRoutes(broker: broker).add(to: router)
    DatabaseRoutes(broker: broker).add(to: router)
    LockdownRoute(broker: broker).add(to: router)
    ReconcileRoute(broker: broker).add(to: router)
    TokenRoutes(broker: broker).add(to: router)
    BackupRoute(broker: broker).add(to: router)
    AuditRoutes(broker: broker).add(to: router)
    StatusRoutes(broker: broker).add(to: router)
    router.refuseOtherMethods()
    return router
  }
}
