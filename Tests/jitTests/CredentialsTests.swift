import AccessAPI
import CLibPQ
import Foundation
import Testing

@testable import jit

@Suite("credentials for other programs")
struct CredentialsTests {
  static let awkward = "p:w\\'\"%40/@?&= $`é"

  @Test(
    "libpq reads the URI as what it was made of",
    arguments: [
      CredentialsView.sample(), .sample(host: "/run/postgresql", port: 6432),
      .sample(host: "::1"), .sample(host: "10.0.0.1", dbname: "or ders/x?y", user: "a@b"),
    ])
  func uri(credentials: CredentialsView) throws {
    let uri = credentials.uri(password: Self.awkward)
    let options = try parsed(uri)
    #expect(options["host"] == credentials.host)
    #expect(options["port"] == String(credentials.port))
    #expect(options["dbname"] == credentials.dbname)
    #expect(options["user"] == credentials.user)
    #expect(options["password"] == Self.awkward)
    #expect(options["sslmode"] == "require")
  }

  @Test("a URI is percent-encoded, also a socket's directory")
  func uriText() {
    #expect(
      CredentialsView.sample(host: "/run/pg").uri(password: "a b%")
        == "postgresql://jit_alice_7f3k2qxw:a%20b%25@%2Frun%2Fpg:5432/orders?sslmode=require")
  }

  @Test("libpq reads psql's connection string, and there is no password in it")
  func connectionString() throws {
    let credentials = CredentialsView.sample(host: "/run/o'b \\x", password: "s3cret")
    #expect(!credentials.connectionString.contains("s3cret"))
    let options = try parsed(credentials.connectionString)
    #expect(options["host"] == "/run/o'b \\x")
    #expect(options["application_name"] == "jit:7F3K2QXW")
    #expect(options["password"] == nil)
  }

  private func parsed(_ text: String) throws -> [String: String] {
    let options = try #require(PQconninfoParse(text, nil))
    defer { PQconninfoFree(options) }
    var values: [String: String] = [:]
    var next = options
    while let keyword = next.pointee.keyword {
      if let value = next.pointee.val { values[String(cString: keyword)] = String(cString: value) }
      next += 1
    }
    return values
  }

  @Test("a shell reads the variables as they are")
  func environment() throws {
    let script =
      CredentialsView.sample().environment(password: Self.awkward)
      + #"printf '%s|%s' "$PGPASSWORD" "$PGHOST""#
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", script]
    let output = Pipe()
    shell.standardOutput = output
    try shell.run()
    let data = try output.fileHandleForReading.readToEnd()
    shell.waitUntilExit()
    #expect(data.map { String(decoding: $0, as: UTF8.self) } == "\(Self.awkward)|db1.example.com")
  }

  @Test(
    "a password file's line escapes colons and backslashes, and nothing else",
    arguments: [
      ("db1", "p:w\\'%", #"db1:5432:orders:jit_alice_7f3k2qxw:p\:w\\'%"#),
      ("::1", "x", #"\:\:1:5432:orders:jit_alice_7f3k2qxw:x"#),
      ("/run/postgresql", "x", "*:5432:orders:jit_alice_7f3k2qxw:x"),
    ])
  func passwordFile(host: String, password: String, line: String) {
    #expect(CredentialsView.sample(host: host).passwordFileLine(password: password) == line + "\n")
  }

  @Test("the password for psql lies in a file without a name that only its owner can read")
  func anonymousFile() throws {
    let file = try PasswordFile("db1:5432:*:u:x\n")
    var status = stat()
    #expect(stat(file.path, &status) == 0)
    #expect(status.st_mode == S_IFREG | 0o600)
    #expect(status.st_nlink == 0)
    // As libpq does for each connection.
    for _ in 1...2 {
      #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "db1:5432:*:u:x\n")
    }
    let descriptor = try #require(Int32(file.path.split(separator: "/").last ?? ""))
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0)
    #expect(close(descriptor) == 0)
  }

  @Test("psql that is missing is told before anything is activated")
  func missingPsql() {
    let failure = #expect(throws: Failure.self) { try Psql(searchPath: "/nowhere:/dev") }
    #expect(failure?.exitCode == 69)
    #expect(failure?.hint?.contains("apt install postgresql-client") == true)
  }

  @Test("psql's arguments hold no password")
  func arguments() {
    let arguments = CredentialsView.sample().psqlArguments(prompt: nil, ["-c", "select 1"])
    #expect(arguments.count == 3)
    #expect(arguments.last == "select 1")
    #expect(!arguments.joined().contains("s3cret"))
  }

  @Test(
    "psql's prompt says where one is and until when; red is for production",
    arguments: [
      ("production", "%[%033[1;31m%]PRODUCTION orders_PROD write until 10:30 UTC %[%033[0m%]"),
      ("staging", "%[%033[33m%]staging orders_PROD write until 10:30 UTC %[%033[0m%]"),
      ("development", "%[%033[32m%]development orders_PROD write until 10:30 UTC %[%033[0m%]"),
    ])
  func prompt(environment: String, label: String) {
    let request = RequestView.sample(environment: environment)
    #expect(PsqlPrompt(request, .sample(), paint: .coloured).text == label + "%/%R%x%# ")
  }

  @Test("a prompt runs no command that a name contains")
  func hostilePrompt() {
    let request = RequestView.sample(database: "a%`rm`b\u{1B}", environment: "development")
    #expect(
      PsqlPrompt(request, .sample(), paint: .plain).text
        == "development a%%`rm`b\\u{1b} write until 10:30 UTC %/%R%x%# ")
  }
}
