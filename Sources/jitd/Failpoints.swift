import AccessCore
import Foundation

/// Where a test wants this process to die, as `kill -9` would end it. Exists in debug builds only.
func armedFailpoint() -> FailpointHandler {
  #if DEBUG
    guard
      let name = ProcessInfo.processInfo.environment["JITD_FAILPOINT"],
      let armed = Failpoint(rawValue: name)
    else { return { _ in } }
    return { reached in if reached == armed { kill(getpid(), SIGKILL) } }
  #else
    return { _ in }
  #endif
}
