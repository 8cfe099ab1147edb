import AccessCore
import Ledger
import Logging
import ServiceLifecycle
import Synchronization

/// How far the walk through all of history has come.
package struct ScrubProgress: Sendable, Equatable {
  package var checked: Int64 = 0
  package var size: Int64 = 0
  /// When one last came to its end and found nothing.
  package var finishedAt: Timestamp?
  /// What it found.
  package var flaw: String?
}

/// Verifies the whole ledger in the background: at start, and once a day.
package struct HistoryScrub: Service {
  private let broker: Broker

  package init(_ broker: Broker) { self.broker = broker }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      // Everything that people wait for goes first.
      let work = Task(priority: .background) {
        while !Task.isCancelled {
          let finished = await self.broker.scrub()
          let pause = finished ? Limits.scrubIntervalMs : Limits.scrubRetryMs
          // Cancelled at shutdown: the loop condition ends it.
          try? await Task.sleep(for: .milliseconds(pause))
        }
      }
      await withTaskCancellationHandler {
        await work.value
      } onCancel: {
        work.cancel()
      }
    }
  }
}

extension Broker {
  /// One walk through what is on disk now. False when it did not come to its end.
  func scrub() async -> Bool {
    var scrub = await ledger.scrub()
    progress.withLock { ($0.checked, $0.size) = (0, scrub.size) }
    do {
      while !scrub.isDone, !Task.isCancelled {
        let began = ContinuousClock.now
        try await scrub.nextPage()
        progress.withLock { [checked = scrub.checked] in $0.checked = checked }
        // At most half of one processor: the machine has better things to do.
        try await Task.sleep(for: .now - began)
      }
      guard scrub.isDone else { return false }
      progress.withLock { [now = clocks.wall()] in ($0.finishedAt, $0.flaw) = (now, nil) }
      return true
    } catch let flaw as Flaw {
      progress.withLock { $0.flaw = "\(flaw)" }
      doubt(flaw)
      return true
    } catch is CancellationError {
      return false
    } catch {
      logger.error("the ledger cannot be verified now: \(error)")
      return false
    }
  }
}
