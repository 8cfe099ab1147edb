import AccessCore
import Foundation
import Testing

@testable import jitd

@Suite("credential files")
struct CredentialTests {
  /// What is read from a file with these bytes and this mode.
  private func read(_ data: Data, mode: Int = 0o400) throws -> String {
    try withTemporaryDirectory { directory in
      _ = try directory.file("orders-admin", data, mode: mode)
      return try CredentialFiles(directory: directory.path).texts(name("orders-admin"))[0]
    }
  }

  private func name(_ text: String) throws -> CredentialName {
    try #require(CredentialName(text))
  }

  @Test(
    "the secret is the text of the file without its last newline",
    arguments: [
      ("secret", "secret"), ("secret\n", "secret"), ("secret\n\n", "secret\n"),
      (" secret ", " secret "), ("", ""), ("\n", ""), ("two\nlines\n", "two\nlines"),
      ("pässwörd\n", "pässwörd"),
    ])
  func text(_ content: String, _ secret: String) throws {
    #expect(try read(Data(content.utf8)) == secret)
  }

  @Test(
    "a file that others can read, write or run is refused",
    arguments: [
      (0o400, true), (0o600, true), (0o440, true), (0o640, true), (0o404, false), (0o604, false),
      (0o644, false), (0o402, false), (0o401, false), (0o777, false),
    ])
  func mode(_ mode: Int, _ isGood: Bool) throws {
    if isGood {
      #expect(try read(Data("secret".utf8), mode: mode) == "secret")
    } else {
      let error = try #require(throws: CredentialError.self) {
        try read(Data("secret".utf8), mode: mode)
      }
      #expect(
        error.description == "the credential orders-admin can be read by others: chmod 400")
    }
  }

  @Test("a rotated secret is taken up at once")
  func rotation() throws {
    try withTemporaryDirectory { directory in
      let files = CredentialFiles(directory: directory.path)
      _ = try directory.file("orders-admin", "old")
      #expect(try files.texts(name("orders-admin")) == ["old"])
      _ = try directory.file("orders-admin", "new")
      #expect(try files.texts(name("orders-admin")) == ["new"])
    }
  }

  @Test("a missing file and a missing directory are told apart")
  func missing() throws {
    try withTemporaryDirectory { directory in
      let absent = try #require(throws: CredentialError.self) {
        try CredentialFiles(directory: directory.path).read(name("orders-admin"))
      }
      #expect(absent.description == "the credential orders-admin is not in \(directory.path)")
    }
    let nowhere = try #require(throws: CredentialError.self) {
      try CredentialFiles(directory: nil).read(name("orders-admin"))
    }
    #expect(nowhere.description == "there is no directory of credentials (`credentials:`)")
  }

  @Test("what is no text is no secret, and its bytes are not in the error")
  func binary() throws {
    let error = #expect(throws: (any Error).self) {
      try read(Data([0x68, 0x75, 0x68, 0xFF, 0xFE]))
    }
    #expect(error.map { "\($0)".contains("huh") } == false)
  }

  @Test("while it is rotated both secrets are read, the present one first, until one is settled")
  func rotating() throws {
    try withTemporaryDirectory { directory in
      let files = CredentialFiles(directory: directory.path)
      let orders = try name("orders-admin")
      _ = try directory.file("orders-admin", "old")
      let next = try files.keepNext(orders, Secret("new"))
      #expect(next.isFresh)
      #expect(try files.texts(orders) == ["old", "new"])
      // Cut off and begun again: what a database may have learned stays.
      let again = try files.keepNext(orders, Secret("newer"))
      #expect(!again.isFresh && again.secret.reveal() == "new")
      try files.settle(orders)
      #expect(try files.texts(orders) == ["new"])
      try files.settle(orders)
      #expect(try files.texts(orders) == ["new"])
      #expect(try directory.names() == ["orders-admin"])
      #expect(try directory.mode(of: "orders-admin") == 0o400)
    }
  }

  @Test("a next secret that nobody has learned can be forgotten")
  func forgetting() throws {
    try withTemporaryDirectory { directory in
      let files = CredentialFiles(directory: directory.path)
      let orders = try name("orders-admin")
      _ = try directory.file("orders-admin", "old")
      _ = try files.keepNext(orders, Secret("new"))
      try files.forgetNext(orders)
      try files.forgetNext(orders)
      #expect(try files.texts(orders) == ["old"])
    }
  }

  @Test("what a process that died has half written is no secret")
  func draft() throws {
    try withTemporaryDirectory { directory in
      let files = CredentialFiles(directory: directory.path)
      let orders = try name("orders-admin")
      _ = try directory.file("orders-admin", "old")
      _ = try directory.file("orders-admin~draft", "ne")
      #expect(try files.texts(orders) == ["old"])
      _ = try files.keepNext(orders, Secret("new"))
      #expect(try files.texts(orders) == ["old", "new"])
    }
  }

  @Test("a link is not replaced: what it leads to is somebody else's")
  func link() throws {
    try withTemporaryDirectory { directory in
      let files = CredentialFiles(directory: directory.path)
      _ = try directory.file("elsewhere", "old")
      try FileManager.default.createSymbolicLink(
        atPath: "\(directory.path)/orders-admin", withDestinationPath: "elsewhere")
      let error = try #require(throws: CredentialError.self) {
        try files.keepNext(name("orders-admin"), Secret("new"))
      }
      #expect(error.description.contains("not a plain file"))
      #expect(try directory.names() == ["elsewhere", "orders-admin"])
    }
  }
}

extension CredentialFiles {
  fileprivate func texts(_ name: CredentialName) throws -> [String] {
    try read(name).map { $0.reveal() }
  }
}
