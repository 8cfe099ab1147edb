import AccessCore
import Testing

@Suite("bodies and their limits")
struct BodyTests {
  @Test("a body that is not what the path takes is a usage error and changes nothing")
  func malformed() async throws {
    let cases = [
      "", "null", "[]", "{", "{}", "\"text\"", "{\"database\":1}", "\u{FEFF}", "{'database':'x'}",
      #"{"database":"orders_PROD","role":"write","duration":30,"reason":"INC-1"}"#,
      #"{"database":"orders_PROD","role":"write","duration":"30m","reason":["INC-1"]}"#,
      #"{"database":"orders_PROD","role":"write","duration":"30m","durations":"1m"}"#,
      #"{"database":"orders_PROD","role":"write","duration":"30m","break_glass":"yes"}"#,
      #"{"database":"orders_PROD","role":"write","duration":"30m","reason":"\ud800"}"#,
      #"{"database":"orders_PROD","role":"write","duration":"30m","reason":"INC","dry_run":"yes"}"#,
      #"{"database":"orders\u0000","role":"write","duration":"30m","reason":"INC-1"}"#,
      #"{"database":"orders_PROD","role":"wr ite","duration":"30m","reason":"INC-1"}"#,
      #"{"database":"orders_PROD","role":"write","duration":"30m ","reason":"INC-1"}"#,
      String(repeating: "[", count: 60_000), String(repeating: #"{"a":"#, count: 12_000),
    ]
    try await withBroker { test async throws in
      for body in cases {
        let alice = try await test.client("alice")
        let before = await test.entryCount
        let reply = try await alice.post("/v1/requests", bytes: Array(body.utf8))
        #expect(reply.verdict == "400 usage", "\(body.prefix(80))")
        #expect(await test.entryCount == before, "\(body.prefix(80))")
      }
    }
  }

  @Test("bytes that are not UTF-8 are refused")
  func notUTF8() async throws {
    let cases =
      [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]]
    try await withBroker { test async throws in
      for bytes in cases {
        let body =
          Array(#"{"database":"orders_PROD","role":"write","duration":"30m","reason":""#.utf8)
          + bytes
          + Array(#""}"#.utf8)
        let reply = try await test.client("alice").post("/v1/requests", bytes: body)
        #expect(reply.verdict == "400 usage", "\(bytes)")
      }
    }
  }

  @Test("a body of exactly the limit is taken, one byte more is not")
  func exactLimit() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let body = sampleAsk.canonical
      let spaces = [UInt8](repeating: 0x20, count: Limits.bodyBytesMax - body.count)
      #expect(try await alice.post("/v1/requests", bytes: body + spaces).verdict == "201")
      let reply = try await alice.post("/v1/requests", bytes: body + spaces + [0x20])
      #expect(reply.verdict == "413 too-large")
    }
  }

  @Test("a body that is far too large is answered, and the connection goes on")
  func megabyte() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let token = try #require(alice.token)
      let verdicts = try await alice.exchange { connection in
        let fields = ["Authorization": "Bearer \(token)", "Content-Length": "\(1 << 20)"]
        try connection.send(messageHead("POST /v1/requests", fields))
        try connection.send([UInt8](repeating: 0x20, count: 1 << 20))
        let first = try connection.receive().verdict
        try connection.send(messageHead("GET /v1/whoami", ["Authorization": "Bearer \(token)"]))
        return [first, try connection.receive().verdict]
      }
      #expect(verdicts == ["413 too-large", "200"])
    }
  }

  @Test("a body in chunks is held to the same limit, wherever the path reads one")
  func chunks() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let token = try #require(alice.token)
      let id = try await test.request(.pending)
      for path in ["", "/\(id)/reviews", "/\(id)/cancel", "/\(id)/activate", "/\(id)/revoke"] {
        let verdicts = try await alice.exchange { connection in
          let fields = ["Authorization": "Bearer \(token)", "Transfer-Encoding": "chunked"]
          try connection.send(messageHead("POST /v1/requests\(path)", fields))
          for _ in 0..<256 {
            try connection.send("1000\r\n" + String(repeating: " ", count: 4_096) + "\r\n")
          }
          try connection.send("0\r\n\r\n")
          let first = try connection.receive().verdict
          try connection.send(messageHead("GET /v1/whoami", ["Authorization": "Bearer \(token)"]))
          return [first, try connection.receive().verdict]
        }
        #expect(verdicts == ["413 too-large", "200"], "\(path)")
      }
    }
  }

  @Test("a client that promises a body and hangs up leaves the broker as it was")
  func halfBody() async throws {
    try await withBroker { test in
      let alice = try await test.client("alice")
      let token = try #require(alice.token)
      let before = await test.entryCount
      for _ in 0..<20 {
        try await alice.exchange { connection in
          let fields = ["Authorization": "Bearer \(token)", "Content-Length": "1000"]
          try connection.send(messageHead("POST /v1/requests", fields) + sampleAsk.canonical)
        }
      }
      #expect(try await alice.get("/v1/whoami").verdict == "200")
      #expect(await test.entryCount == before)
    }
  }

  @Test("heads are bounded: many fields, a long field")
  func headFlood() async throws {
    let cases = [
      (0..<5_000).map { "X-\($0): 1\r\n" }.joined(),
      "X-Long: " + String(repeating: "x", count: 1 << 20) + "\r\n",
    ]
    try await withBroker { test async throws in
      for lines in cases {
        let status = try await test.ordinary.exchange { connection in
          connection.offer("GET /v1/whoami HTTP/1.1\r\nHost: jit\r\n\(lines)\r\n")
          return try connection.receive().status
        }
        #expect((400..<500).contains(status), "\(lines.prefix(20))")
        #expect(try await test.ordinary.get("/v1/whoami").verdict == "200")
      }
    }
  }

  @Test("what is not HTTP is refused, and the broker goes on")
  func notHTTP() async throws {
    try await withBroker { test in
      for bytes in ["\u{16}\u{3}\u{1}\u{2}\u{0}", "SELECT 1;\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        let status = try await test.ordinary.exchange { connection in
          try connection.send(bytes)
          return try connection.receive().status
        }
        #expect(status == 400, "\(bytes.debugDescription)")
      }
      #expect(try await test.ordinary.get("/v1/whoami").verdict == "200")
    }
  }
}
