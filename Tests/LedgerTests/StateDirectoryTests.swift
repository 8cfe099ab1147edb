import AccessTesting
import Foundation
import Testing
import TransparencyLog

@testable import Ledger

@Suite("The state directory")
struct StateDirectoryTests {
  @Test("is one process's at a time")
  func lock() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path + "/state"
    var first: StateDirectory? = try StateDirectory(taking: path)
    let error = #expect(throws: StateDirectoryError.self) { try StateDirectory(taking: path) }
    #expect(error?.description == "the state directory \(path) is in use by another jitd")
    #expect(first?.path == path)
    first = nil
    _ = try StateDirectory(taking: path)
  }

  @Test("is made with access for its owner only")
  func mode() async throws {
    let home = try Home()
    _ = try await home.open()
    #expect(try permissions(home.path) == 0o700)
    #expect(try permissions(home.path + "/signing.key") == 0o600)
    #expect(try permissions(home.path + "/lock") == 0o600)
  }

  @Test("cannot be where no directory can be made")
  func nowhere() throws {
    let home = try Home()
    #expect(throws: StateDirectoryError.self) {
      try StateDirectory(taking: home.path + "/deeper/than/that")
    }
  }

  @Test("a signing key that others may read is refused", arguments: [0o640, 0o604, 0o660])
  func readableKey(_ mode: Int) async throws {
    let home = try Home()
    _ = try await home.open()
    let key = home.path + "/signing.key"
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
    let error = await #expect(throws: SigningKeyError.self) { try await home.open() }
    #expect(error?.description.contains("chmod 600") == true)
  }

  @Test("a signing key that is cut off, too long or a link is refused")
  func brokenKey() async throws {
    let home = try Home()
    _ = try await home.open()
    let key = home.path + "/signing.key"
    for content in [Data(), Data(count: 31), Data(count: 33)] {
      try content.write(to: URL(filePath: key))
      await #expect(throws: SigningKeyError.self) { try await home.open() }
    }
    try FileManager.default.removeItem(atPath: key)
    try Data(count: 32).write(to: URL(filePath: key + ".other"))
    try FileManager.default.createSymbolicLink(
      atPath: key, withDestinationPath: key + ".other")
    await #expect(throws: SigningKeyError.self) { try await home.open() }
  }

  @Test("a ledger whose signing key is gone does not go on under another one")
  func missingKey() async throws {
    let home = try Home()
    _ = try await home.open()
    try FileManager.default.removeItem(atPath: home.path + "/signing.key")
    await #expect(throws: (any Error).self) { try await home.open() }
  }

  private func permissions(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }
}
