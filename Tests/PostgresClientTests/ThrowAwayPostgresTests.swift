import AccessTesting
import Foundation
import PostgresClient
import Testing

@Suite("The throw-away server")
struct ThrowAwayPostgresTests {
  @Test("settings, preloaded libraries and durability are as asked")
  func settings() async throws {
    try await withPostgres(
      settings: ["max_prepared_transactions": "7", "cluster_name": "it's"],
      preload: ["pg_stat_statements", "auto_explain"]
    ) { server in
      let connection = try await server.superuser()
      #expect(try await connection.value("SHOW max_prepared_transactions") == "7")
      #expect(try await connection.value("SHOW cluster_name") == "it's")
      #expect(try await connection.value("SHOW fsync") == "on")
      #expect(
        try await connection.value("SHOW shared_preload_libraries")
          == "pg_stat_statements,auto_explain")
      #expect(try await connection.value("SHOW data_directory") == server.dataFolder)
    }
  }

  @Test("a destroyed server leaves nothing, even when it was paused")
  func destroyed() async throws {
    let server = try await ThrowAwayPostgres.start(fsync: false)
    let process = try serverProcess(in: server.folder)
    try await server.pause()
    try await server.destroy()
    #expect(!FileManager.default.fileExists(atPath: server.folder))
    #expect(!FileManager.default.fileExists(atPath: "/proc/\(process)"))
  }

  @Test("a test process that is killed leaves nothing", arguments: [false, true])
  func killed(paused: Bool) async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL), observing: [\.standardOutputContent]
    ) { [paused] in
      let server = try await ThrowAwayPostgres.start(fsync: false)
      if paused { try await server.pause() }
      let report = "folder \(server.folder) \(try serverProcess(in: server.folder))\n"
      try FileHandle.standardOutput.write(contentsOf: Data(report.utf8))
      kill(getpid(), SIGKILL)
    }
    let printed = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    let line = try #require(printed.split(separator: "\n").first { $0.hasPrefix("folder ") })
    let words = line.split(separator: " ")
    #expect(
      try await eventually { !FileManager.default.fileExists(atPath: String(words[1])) })
    #expect(!FileManager.default.fileExists(atPath: "/proc/\(words[2])"))
  }

  @Test("a missing version is an error that says what to do")
  func missing() async throws {
    let error = await #expect(throws: ThrowAwayPostgresError.self) {
      try await ThrowAwayPostgres.start(major: 1)
    }
    #expect(error?.description.contains("scripts/postgres 1") == true)
  }

  @Test("a server that cannot start says why and leaves nothing")
  func broken() async throws {
    let error = await #expect(throws: ThrowAwayPostgresError.self) {
      try await ThrowAwayPostgres.start(settings: ["max_connections": "none"])
    }
    #expect(error?.description.contains("max_connections") == true)
  }
}

private func serverProcess(in folder: String) throws -> String {
  let file = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
  return try #require(file.split(separator: "\n").first.map(String.init))
}
