import AccessCore
import Foundation
import Glibc

/// Secrets, one per file, read anew each time, so that a rotated one is taken up at once.
struct CredentialFiles: Sendable {
  let directory: String?

  init(directory: String?) { self.directory = directory }

  /// Where the configuration says, else where systemd has put them.
  init(_ configuration: Configuration) {
    self.init(
      directory: configuration.credentials
        ?? ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
  }

  /// What the login shows; empty when that is no password.
  func passwords(of admin: AdminLogin) throws -> [Secret] {
    switch admin.proof {
    case .password(let name): try read(name)
    case .certificate, .peer: []
    }
  }

  /// The text of the file without its last newline; while it is rotated, the next one as well.
  ///
  /// The next one is read first: it takes the place of the present one, never the other way round,
  /// so no moment between the two looks can hide the one that works.
  func read(_ name: CredentialName) throws -> [Secret] {
    let next = try next(name)
    return [try text(of: path(name), name)] + (next.map { [$0] } ?? [])
  }

  private func path(_ name: CredentialName) throws(CredentialError) -> String {
    guard let directory else {
      throw CredentialError("there is no directory of credentials (`credentials:`)")
    }
    return directory + "/" + name.text
  }

  /// No credential can have this name.
  private func nextPath(_ name: CredentialName) throws(CredentialError) -> String {
    try path(name) + "~next"
  }

  private func text(of path: String, _ name: CredentialName) throws(CredentialError) -> Secret {
    let attributes: [FileAttributeKey: Any]
    do { attributes = try FileManager.default.attributesOfItem(atPath: path) } catch {
      throw CredentialError("the credential \(name) is not in \(directory ?? "")")
    }
    let mode = (attributes[.posixPermissions] as? NSNumber)?.uint16Value ?? 0o777
    guard mode & 0o007 == 0 else {
      throw CredentialError("the credential \(name) can be read by others: chmod 400")
    }
    do {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return Secret(text.hasSuffix("\n") ? String(text.dropLast()) : text)
    } catch {
      throw CredentialError("the credential \(name) cannot be read: \(error.localizedDescription)")
    }
  }
}

extension CredentialFiles: CredentialStore {
  func next(_ name: CredentialName) throws(CredentialError) -> Secret? {
    let path = try nextPath(name)
    return FileManager.default.fileExists(atPath: path) ? try text(of: path, name) : nil
  }

  func keepNext(_ name: CredentialName, _ fresh: Secret) throws(CredentialError) -> NextSecret {
    if let pending = try next(name) { return NextSecret(secret: pending, isFresh: false) }
    // What is replaced has to be a file of this directory: a link leads to somebody else's.
    let present = try path(name)
    let kind =
      try? FileManager.default.attributesOfItem(atPath: present)[.type] as? FileAttributeType
    guard kind == .typeRegular else {
      throw CredentialError("the credential \(name) is not a plain file in \(directory ?? "")")
    }
    let draft = try path(name) + "~draft"
    try write(fresh, to: draft, name)
    try move(draft, to: try nextPath(name), name)
    return NextSecret(secret: fresh, isFresh: true)
  }

  func settle(_ name: CredentialName) throws(CredentialError) {
    let next = try nextPath(name)
    guard FileManager.default.fileExists(atPath: next) else { return }
    try move(next, to: try path(name), name)
  }

  func forgetNext(_ name: CredentialName) throws(CredentialError) {
    guard unlink(try nextPath(name)) == 0 || errno == ENOENT else {
      throw CredentialError("the next \(name) cannot be removed: \(lastError())")
    }
  }

  /// A file for nobody else, on disk when this returns.
  private func write(
    _ secret: Secret, to path: String, _ name: CredentialName
  ) throws(CredentialError) {
    // A draft of before is of a process that died while it wrote.
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
    guard file >= 0 else {
      throw CredentialError(
        "no new secret can be kept beside \(name) in \(directory ?? ""): \(lastError())")
    }
    defer { close(file) }
    let bytes = Array((secret.reveal() + "\n").utf8)
    guard bytes.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == bytes.count,
      fsync(file) == 0
    else {
      let reason = lastError()
      unlink(path)
      throw CredentialError("the next \(name) cannot be written: \(reason)")
    }
  }

  private func move(
    _ old: String, to new: String, _ name: CredentialName
  ) throws(CredentialError) {
    guard rename(old, new) == 0, syncFolder() else {
      throw CredentialError("the next \(name) cannot be put in its place: \(lastError())")
    }
  }

  private func syncFolder() -> Bool {
    let folder = open(directory ?? "", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return false }
    defer { close(folder) }
    return fsync(folder) == 0
  }
}

private func lastError() -> String { String(cString: strerror(errno)) }
