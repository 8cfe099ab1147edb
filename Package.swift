// swift-tools-version: 6.2
import PackageDescription

/// The one list of settings that every target of ours shares.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: goldenFolders[name] ?? [],
    swiftSettings: strict)
}

/// Folders of test targets that hold files which the tests read from the source tree.
let goldenFolders: [String: [String]] = [
  "LedgerTests": ["Golden"],
  "PolicyFileTests": ["Golden"],
  "TransparencyLogTests": ["Fixtures", "reference.py"],
  "jitTests": ["Golden"],
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(
  name: "AsyncHTTPClient", package: "async-http-client")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
  name: "jit",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The core and what proves its history.
    library("AccessCore"),
    library("TransparencyLog", [crypto]),
    library("SSHSignature", [crypto]),
    .target(
      name: "AuditBundle",
      dependencies: ["AccessCore", "SSHSignature", "TransparencyLog", crypto],
      resources: [.embedInCode("verify.py")], swiftSettings: strict),
    // The archive: whoever installs the programs needs no library of RE2's.
    .target(name: "CRE2", linkerSettings: [.linkedLibrary(":libre2.a")]),
    library("Patterns", ["CRE2"]),
    library("PolicyFile", ["AccessCore", "Patterns", yams]),
    library("Threads", [deque, heap]),
    library("Ledger", ["AccessCore", "Threads", "TransparencyLog", grdb, sqlite]),

    // PostgreSQL.
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    library("PostgresClient", ["CLibPQ"]),
    library(
      "PostgresProvisioner", ["AccessCore", "PostgresClient", "Threads", crypto, cryptoExtras]),

    // The broker and its two ends.
    library(
      "AccessBroker",
      ["AccessCore", "PolicyFile", "Ledger", "Threads", serviceLifecycle, logging]),
    library("AccessAPI"),
    library(
      "AccessServer",
      [
        "AccessAPI", "AccessBroker", "AccessCore", "Ledger", "Threads", crypto, httpTypes,
        hummingbird, logging, nioCore, serviceLifecycle,
      ]),
    executable(
      "jitd",
      [
        "AccessAPI", "AccessBroker", "AccessCore", "AccessServer", "Ledger", "PolicyFile",
        "PostgresProvisioner", "SSHSignature",
        argumentParser, logging, serviceLifecycle, unixSignals, yams,
      ]),
    executable(
      "jit",
      [
        "AccessAPI", "AccessCore", "AuditBundle", "PolicyFile", "SSHSignature", "TransparencyLog",
        argumentParser, asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix,
      ]),

    .executableTarget(
      name: "LedgerBench", dependencies: ["AccessCore", "Ledger", grdb],
      path: "Benchmarks/LedgerBench", swiftSettings: strict),
    .executableTarget(
      name: "GrantsBench", dependencies: ["CLibPQ"], path: "Benchmarks/GrantsBench",
      swiftSettings: strict),
    .executableTarget(
      name: "PolicyBench", dependencies: ["AccessCore", "PolicyFile"],
      path: "Benchmarks/PolicyBench", swiftSettings: strict),

    library("AccessTesting", ["AccessAPI", "AccessCore", "PostgresClient"]),
    tests("AccessAPITests", ["AccessAPI"]),
    tests(
      "AccessBrokerTests",
      ["AccessBroker", "AccessCore", "AccessTesting", "Ledger", "PolicyFile", logging]),
    tests("AccessCoreTests", ["AccessCore"]),
    tests(
      "AccessServerTests",
      [
        "AccessAPI", "AccessBroker", "AccessCore", "AccessServer", "AccessTesting", "Ledger",
        "PolicyFile", logging,
      ]),
    tests(
      "AuditBundleTests", ["AccessCore", "AccessTesting", "AuditBundle", "TransparencyLog", crypto]),
    tests("LedgerTests", ["AccessCore", "AccessTesting", "Ledger", "TransparencyLog", grdb]),
    tests("PatternsTests", ["Patterns"]),
    tests("PolicyFileTests", ["AccessCore", "PolicyFile"]),
    tests("PostgresClientTests", ["PostgresClient", "AccessTesting"]),
    tests(
      "PostgresProvisionerTests",
      ["AccessCore", "AccessTesting", "PostgresClient", "PostgresProvisioner"]),
    tests("SSHSignatureTests", ["AccessTesting", "SSHSignature"]),
    tests("TransparencyLogTests", ["TransparencyLog"]),
    tests(
      "jitTests",
      [
        "AccessAPI", "AccessCore", "AccessTesting", "CLibPQ", "PolicyFile", "TransparencyLog",
        "jit", argumentParser,
      ]),
    tests("jitdTests", ["jitd"]),
    tests(
      "IntegrationTests",
      ["AccessAPI", "AccessCore", "AccessTesting", "PostgresClient", "TransparencyLog"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
