import AccessCore
import Foundation
import Glibc
import Ledger
import Logging
import ServiceLifecycle

/// Where the newest checkpoint is published (`publish:`): outside of the state, so that an old copy
/// of the state does not bring an old checkpoint with it.
///
/// The file system there may be slow, full or gone. Nothing waits for it: a checkpoint that comes
/// while another one is written takes the place of those that wait.
struct CheckpointFile: Service {
  let path: String
  let ledger: Ledger
  let logger: Logger
  private let queue = DispatchQueue(label: "publish")

  init(_ path: String, of ledger: Ledger, logger: Logger) {
    (self.path, self.ledger, self.logger) = (path, ledger, logger)
  }

  /// What was published last; nil when there is nothing yet. A file system that hangs is an error
  /// after `limit`.
  static func read(_ path: String, within limit: Duration = .seconds(5)) async throws -> [UInt8]? {
    let (answers, answer) = AsyncThrowingStream<[UInt8]?, any Error>.makeStream()
    DispatchQueue(label: "published").async {
      answer.yield(
        with: Result {
          guard FileManager.default.fileExists(atPath: path) else { return nil }
          let file = try FileHandle(forReadingFrom: URL(filePath: path))
          // More than any note of ours has.
          return Array(try file.read(upToCount: 1 << 20) ?? Data())
        })
      answer.finish()
    }
    let watch = Task {
      try await Task.sleep(for: limit)
      answer.finish(throwing: NoAnswer(path: path, limit: limit))
    }
    defer { watch.cancel() }
    for try await published in answers { return published }
    throw NoAnswer(path: path, limit: limit)
  }

  private struct NoAnswer: Error, CustomStringConvertible {
    let path: String
    let limit: Duration
    var description: String { "\(path) does not answer within \(limit)" }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      if let newest = await self.ledger.newestNote { await self.publish(newest) }
      for await note in self.ledger.checkpoints { await self.publish(note) }
    }
  }

  /// What stands there may be the proof that this ledger is an old copy: then it stays.
  private func publish(_ note: String) async {
    guard ledger.state.rollbackSigns.isEmpty else { return }
    let done = AsyncStream<Void> { ended in
      queue.async { [path, logger] in
        if let problem = replaceFile(path, with: note) {
          logger.error("the checkpoint is not published: \(problem)")
        }
        ended.finish()
      }
    }
    // Cancelled at shutdown: a file system that hangs does not hold that up.
    for await _ in done {}
  }
}

/// Writes beside and renames, so that a reader gets the old one or the new one, also after a power
/// failure. Answers what went wrong, if something did.
private func replaceFile(_ path: String, with text: String) -> String? {
  let temporary = path + ".new"
  let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
  let file = open(temporary, flags, 0o644)
  guard file >= 0 else { return "\(temporary): \(String(cString: strerror(errno)))" }
  let bytes = Array(text.utf8)
  // Everybody may read it, whatever the daemon's umask keeps to itself.
  let written =
    fchmod(file, 0o644) == 0 && write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
  let problem = errno
  guard close(file) == 0, written, rename(temporary, path) == 0 else {
    return "\(path): \(String(cString: strerror(written ? errno : problem)))"
  }
  let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
  guard folder >= 0 else { return nil }
  defer { close(folder) }
  return fsync(folder) == 0 ? nil : "\(path): \(String(cString: strerror(errno)))"
}
