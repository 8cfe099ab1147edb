import AccessCore
import Foundation

/// How many files this process may have open, once the soft limit is raised to what the system lets
/// us have. Callers get their share of it (`Limits.callers`); the rest is kept for what ends access.
func raiseDescriptorLimit() -> Int {
  let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  var limit = rlimit()
  guard getrlimit(files, &limit) == 0 else { return 1_024 }
  let wanted = rlim_t(Limits.descriptorsWanted)
  if limit.rlim_cur < min(limit.rlim_max, wanted) {
    var raised = limit
    raised.rlim_cur = min(limit.rlim_max, wanted)
    if setrlimit(files, &raised) == 0 { limit = raised }
  }
  return Int(min(limit.rlim_cur, wanted))
}

/// Returns once the timers of every clock have fired. Dispatch opens a descriptor for each clock when
/// it is first used; where none is free then, that timer never fires, or the process dies. From here
/// on they are there.
func openTimers() async {
  let soon = DispatchTimeInterval.milliseconds(1)
  await withCheckedContinuation { fired in
    DispatchQueue.global().asyncAfter(deadline: .now() + soon) { fired.resume() }
  }
  await withCheckedContinuation { fired in
    DispatchQueue.global().asyncAfter(wallDeadline: .now() + soon) { fired.resume() }
  }
  // Cancelled is as good as over.
  try? await Task.sleep(for: .milliseconds(1), clock: .continuous)
  try? await Task.sleep(for: .milliseconds(1), clock: .suspending)
}
