import Foundation
import Testing

/// The table of DESIGN §3: what each module may import besides the standard library. A module earns
/// its place by what is missing here.
private let allowed: [String: Set<String>] = [
  "AccessCore": [],
  "TransparencyLog": ["Crypto"],
  // OpenSSH's formats, and its signatures.
  "SSHSignature": ["Crypto", "Foundation"],
  // The bundle's format and verifier: beside the log's pure proofs it reads files and JSON.
  "AuditBundle": ["AccessCore", "SSHSignature", "TransparencyLog", "Crypto", "Glibc"],
  "CRE2": [],
  "Patterns": ["CRE2"],
  "Threads": ["DequeModule", "HeapModule", "Dispatch", "Glibc", "Synchronization"],
  "PolicyFile": ["AccessCore", "Patterns", "Yams", "Foundation"],
  "Ledger": [
    "AccessCore", "TransparencyLog", "GRDB", "GRDBSQLite", "Foundation", "Glibc", "Synchronization",
    "Threads",
  ],
  "CLibPQ": [],
  "PostgresClient": ["CLibPQ", "Dispatch", "Synchronization", "Glibc"],
  "PostgresProvisioner": [
    "AccessCore", "PostgresClient", "Crypto", "CryptoExtras", "Synchronization", "Threads",
  ],
  "AccessBroker": [
    "AccessCore", "PolicyFile", "Ledger", "ServiceLifecycle", "Logging", "Synchronization", "Glibc",
    "Threads",
  ],
  "AccessAPI": ["Foundation"],
  "AccessServer": [
    "AccessAPI", "AccessBroker", "AccessCore", "Ledger", "Hummingbird", "HummingbirdCore",
    "HTTPTypes", "NIOCore", "Logging", "ServiceLifecycle", "Crypto", "Foundation", "Glibc",
    "Synchronization", "Threads",
  ],
  "AccessTesting": [
    "AccessCore", "PostgresClient", "AccessAPI", "Dispatch", "Foundation", "Glibc",
    "Synchronization",
  ],
  "jitd": [
    "AccessAPI", "AccessBroker", "AccessCore", "AccessServer", "Ledger", "PolicyFile",
    "PostgresProvisioner", "SSHSignature", "ArgumentParser", "Foundation", "Glibc", "Logging",
    "ServiceLifecycle", "Synchronization", "UnixSignals", "Yams",
  ],
  // Bundles and checkpoints are checked here, where nobody has to trust the broker.
  "jit": [
    "AccessAPI", "AccessCore", "AuditBundle", "PolicyFile", "SSHSignature", "TransparencyLog",
    "ArgumentParser", "AsyncHTTPClient", "Crypto", "NIOCore", "NIOHTTP1", "NIOPosix", "Foundation",
    "Glibc", "Synchronization",
  ],
]

@Suite("The shape of the code")
struct ImportTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func swiftFiles(below folder: URL) throws -> [URL] {
    let files = try #require(
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
  }

  @Test("each module imports only what the table allows it")
  func importsFollowTheTable() throws {
    let sources = Self.root.appending(path: "Sources")
    for (module, imports) in allowed {
      for file in try Self.swiftFiles(below: sources.appending(path: module)) {
        let text = try String(contentsOf: file, encoding: .utf8)
        for match in text.matches(
          of:
            /(?m)^(?:@\S+ )?import (?:(?:struct|enum|func|class|protocol|typealias|var|let) )?(\w+)/
        ) {
          let imported = String(match.1)
          #expect(
            imports.contains(imported),
            "\(module)/\(file.lastPathComponent) imports \(imported)")
        }
      }
    }
  }

  @Test("every module stands in the table")
  func everyModuleIsInTheTable() throws {
    let modules = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appending(path: "Sources").path)
    #expect(Set(modules) == Set(allowed.keys))
  }

  @Test("adapters do not import each other")
  func adaptersDoNotImportEachOther() {
    let adapters = ["PostgresProvisioner", "Ledger", "PolicyFile", "AccessServer", "AccessBroker"]
    for adapter in adapters where adapter != "AccessServer" && adapter != "AccessBroker" {
      #expect(allowed[adapter, default: []].isDisjoint(with: adapters))
    }
  }

  @Test("the top level holds only what belongs there")
  func topLevelIsTidy() throws {
    let known: Set<String> = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "policies", "README.md", "systemd",
      "docs", "scripts", "Benchmarks", "CONTRIBUTING.md",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
      .filter { !$0.hasPrefix(".") }
    #expect(Set(found).subtracting(known).isEmpty)
  }
}
