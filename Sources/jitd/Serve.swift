import AccessBroker
import AccessCore
import AccessServer
import Foundation
import Ledger
import Logging
import PostgresProvisioner
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Puts everything together and runs it until SIGTERM.
///
/// - Parameter why: that somebody answers for going on with an old copy of the ledger.
func serve(_ configuration: Configuration, acceptingRollback why: String?) async throws {
  LoggingSystem.bootstrap { StreamLogHandler(label: $0, stream: Outlet.error) }
  let logger = Logger(label: "jitd")
  let descriptors = raiseDescriptorLimit()
  if descriptors < Limits.descriptorsEnough {
    logger.warning(
      "only \(descriptors) files may be open, and callers have half of them: raise LimitNOFILE")
  }
  await openTimers()
  let clocks = Clocks.system(bootID: try bootID())
  let failpoint = armedFailpoint()
  let published = await publishedCheckpoint(configuration, logger)
  let ledger = try await openLedger(configuration, published, clocks, failpoint)
  let epoch = await ledger.epoch + (why == nil ? 0 : 1)
  let credentials = CredentialFiles(configuration)

  // The program asks the broker for what it shows, and the broker gives it what to show.
  let made = Mutex<Broker?>(nil)
  let notifier = NotifyProgram(
    configuration.notify, broker: { made.withLock { $0 } }, logger: logger)
  let broker = Broker(
    ledger: ledger, policySource: .directory(configuration.policies), clocks: clocks,
    sha256: sha256, signer: reviewSigner,
    makeProvisioner: { access in
      switch access.engine {
      case .postgresql:
        PostgresProvisioner(
          access: access, in: credentials,
          tag: OriginTag(origin: configuration.origin, epoch: epoch), failpoint: failpoint)
      }
    },
    credentials: credentials, notify: { notifier.send($0) }, failpoint: failpoint,
    heartbeatMs: configuration.heartbeatMs, logLinesDropped: { Outlet.error.dropped },
    logger: logger)
  made.withLock { $0 = broker }
  await broker.judgeLedger(published: published)
  if let why { try await begin(why, broker) }
  await broker.loadPolicy()

  let publisher =
    configuration.publish.map {
      ServiceGroupConfiguration.ServiceConfiguration(
        service: CheckpointFile($0, of: ledger, logger: logger))
    }.map { [$0] } ?? []
  let times = StartTimes(now: clocks.wall)
  let group = ServiceGroup(
    configuration: ServiceGroupConfiguration(
      services: [
        .init(service: RevocationLoop(broker)),
        .init(service: Reconciler(broker)),
        .init(service: HistoryScrub(broker)),
        .init(service: notifier),
        .init(service: ReloadOnHangUp(broker: broker)),
        .init(
          service: AccessServer(
            broker, entrance: .ordinary, path: configuration.unix.path,
            mode: configuration.unix.mode, callers: .ordinary(descriptors: descriptors),
            times: times, logger: logger,
            onReady: { logger.info("listening", metadata: ["path": "\(configuration.unix.path)"]) }
          )),
        .init(
          service: AccessServer(
            broker, entrance: .admin, path: configuration.admin.path,
            mode: configuration.admin.mode, callers: .admin(descriptors: descriptors),
            times: times, logger: logger)),
      ]
        + publisher,
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
  try await group.run()
  await broker.close()
}

private func openLedger(
  _ configuration: Configuration, _ published: [UInt8]?, _ clocks: Clocks,
  _ failpoint: @escaping FailpointHandler
) async throws -> Ledger {
  let directory: StateDirectory
  do { directory = try StateDirectory(taking: configuration.state) } catch {
    throw StartError(message: error.description, exitCode: 73)
  }
  do {
    return try await Ledger(
      in: directory, origin: configuration.origin, published: published, clock: clocks.wall,
      failpoint: failpoint)
  } catch {
    throw StartError(
      message: "the ledger in \(configuration.state) cannot be opened: \(error)", exitCode: 70)
  }
}

/// A place that cannot be read says nothing, and must not keep the broker from revoking.
private func publishedCheckpoint(
  _ configuration: Configuration, _ logger: Logger
) async -> [UInt8]? {
  guard let path = configuration.publish else { return nil }
  do { return try await CheckpointFile.read(path) } catch {
    logger.critical("the published checkpoint cannot be read: \(error)")
    return nil
  }
}

private func begin(_ why: String, _ broker: Broker) async throws {
  do throws(Refusal) { try await broker.acceptRollback(why: why) } catch {
    throw StartError(
      message: "the next epoch cannot begin: \(error.message)",
      hint: "a ledger whose end is not what was signed needs a verified backup", exitCode: 70)
  }
}

extension PostgresProvisioner {
  convenience init(
    access: DatabaseAccess, in credentials: CredentialFiles, tag: OriginTag,
    failpoint: @escaping FailpointHandler = { _ in }
  ) {
    self.init(
      access: access, passwords: { try credentials.passwords(of: access.admin) }, tag: tag,
      failpoint: failpoint)
  }
}

/// The kernel's id of this boot (proc(5)): readings of the boot clock count within it only.
private func bootID() throws -> String {
  let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
  return text.trimmingCharacters(in: .whitespacesAndNewlines)
}

/// SIGHUP takes up changed policy files.
private struct ReloadOnHangUp: Service {
  let broker: Broker

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in await UnixSignalsSequence(trapping: .sighup) {
        await broker.reloadPolicyOnSignal()
      }
    }
  }
}
