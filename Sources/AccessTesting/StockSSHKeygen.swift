import Foundation

/// Keys and signatures of the stock `ssh-keygen` (Debian: openssh-client), in a folder of their own.
package struct StockSSHKeygen: Sendable {
  private let folder: TemporaryDirectory

  package init() throws { folder = try TemporaryDirectory() }

  /// Makes a key without a passphrase.
  ///
  /// - Returns: the file with the private key; the public one is in `.pub` beside it.
  package func makeKey(_ name: String, type: String = "ed25519") throws -> String {
    let path = "\(folder.path)/\(name)"
    _ = try run(["-q", "-t", type, "-N", "", "-C", "\(name)@laptop", "-f", path])
    return path
  }

  /// The line of the key's `.pub` file.
  package func publicKey(of path: String) throws -> String {
    try String(contentsOfFile: path + ".pub", encoding: .utf8)
      .trimmingCharacters(in: .newlines)
  }

  package func sign(
    _ message: [UInt8], with key: String, namespace: String = "jit-review", hash: String? = nil
  ) throws -> String {
    let options = hash.map { ["-O", "hashalg=\($0)"] } ?? []
    return try run(["-Y", "sign", "-q", "-n", namespace, "-f", key] + options, input: message)
  }

  /// Whether `ssh-keygen -Y verify` takes it, by the lines of a file of allowed signers.
  package func verifies(
    _ signature: String, of message: [UInt8], by principal: String, allowedSigners: String,
    namespace: String = "jit-review"
  ) throws -> Bool {
    let (signers, armored) = ("\(folder.path)/allowed", "\(folder.path)/signature")
    try allowedSigners.write(toFile: signers, atomically: true, encoding: .utf8)
    try signature.write(toFile: armored, atomically: true, encoding: .utf8)
    let words = ["-Y", "verify", "-f", signers, "-I", principal, "-n", namespace, "-s", armored]
    do { _ = try run(words, input: message) } catch is Failed { return false }
    return true
  }

  private struct Failed: Error {
    let words: [String]
    let status: Int32
  }

  private func run(_ words: [String], input: [UInt8] = []) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
    process.arguments = words
    let (stdin, stdout) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (stdin, stdout)
    process.standardError = FileHandle.nullDevice
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: input)
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(words: words, status: process.terminationStatus)
    }
    return String(decoding: output, as: UTF8.self)
  }
}
