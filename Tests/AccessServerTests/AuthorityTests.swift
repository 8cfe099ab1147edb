import AccessCore
import Testing

/// Who may what (DESIGN §4), as the API answers it: a row is an act, a column is somebody.
@Suite("who may what")
struct AuthorityTests {
  /// alice has made the request, dana may review it, eve is entitled elsewhere.
  static let people = AnswerTable(
    """
    act            | alice              | dana               | eve
    see            | 200                | 200                | 404 unknown-request
    see ended      | 200                | 200                | 404 unknown-request
    list           | 200 with it        | 200 with it        | 200 without it
    list ended     | 200 with it        | 200 with it        | 200 without it
    list grants    | 200 with it        | 200 with it        | 200 without it
    review         | 403 own-request    | 200                | 404 unknown-request
    review ended   | 403 own-request    | 409 wrong-state    | 404 unknown-request
    cancel         | 200                | 403 not-requester  | 404 unknown-request
    cancel ended   | 409 wrong-state    | 403 not-requester  | 404 unknown-request
    activate       | 200                | 403 not-requester  | 404 unknown-request
    activate early | 409 needs-review   | 403 not-requester  | 404 unknown-request
    activate ended | 409 wrong-state    | 403 not-requester  | 404 unknown-request
    reissue        | 200                | 403 not-requester  | 404 unknown-request
    extend         | 201                | 403 not-requester  | 404 unknown-request
    extend ended   | 409 wrong-state    | 403 not-requester  | 404 unknown-request
    release        | 200                | 403 not-requester  | 404 unknown-request
    release ended  | 409 wrong-state    | 403 not-requester  | 404 unknown-request
    revoke         | 403 not-authorised | 403 not-authorised | 404 unknown-request
    revoke ended   | 403 not-authorised | 403 not-authorised | 404 unknown-request
    erase          | 403 not-authorised | 403 not-authorised | 404 unknown-request
    erase ended    | 403 not-authorised | 403 not-authorised | 404 unknown-request
    see residue    | 403 not-authorised | 403 not-authorised | 404 unknown-request
    drop residue   | 403 not-authorised | 403 not-authorised | 404 unknown-request
    forget         | 403 not-authorised | 403 not-authorised | 404 unknown-request
    lock down      | 403 not-authorised | 403 not-authorised | 403 not-authorised
    rotate         | 403 not-authorised | 403 not-authorised | 403 not-authorised
    submit         | 201                | 403 not-entitled   | 403 not-entitled
    rehearse       | 200                | 403 not-entitled   | 403 not-entitled
    export         | 403 not-authorised | 403 not-authorised | 403 not-authorised
    reload policy  | 403 not-authorised | 403 not-authorised | 403 not-authorised
    create token   | 403 not-authorised | 403 not-authorised | 403 not-authorised
    list tokens    | 403 not-authorised | 403 not-authorised | 403 not-authorised
    revoke token   | 403 not-authorised | 403 not-authorised | 403 not-authorised
    backup         | 403 not-authorised | 403 not-authorised | 403 not-authorised
    preflight      | 403 not-authorised | 403 not-authorised | 403 not-authorised
    plan           | 403 not-authorised | 403 not-authorised | 403 not-authorised
    apply          | 403 not-authorised | 403 not-authorised | 403 not-authorised
    reconcile      | 403 not-authorised | 403 not-authorised | 403 not-authorised
    see policy     | 200                | 200                | 200
    see databases  | 200                | 200                | 200
    see oneself    | 200                | 200                | 200
    """)

  /// audrey, rhea and oscar hold one authority each; admin is the admin socket.
  static let authorities = AnswerTable(
    """
    act            | audrey             | rhea               | oscar              | admin
    see            | 200                | 200                | 200                | 200
    see ended      | 200                | 200                | 200                | 200
    list           | 200 with it        | 200 with it        | 200 with it        | 200 with it
    list ended     | 200 with it        | 200 with it        | 200 with it        | 200 with it
    list grants    | 200 with it        | 200 with it        | 200 with it        | 200 with it
    review         | 403 not-reviewer   | 403 not-reviewer   | 403 not-reviewer   | 403 admin-socket
    review ended   | 403 not-reviewer   | 403 not-reviewer   | 403 not-reviewer   | 403 admin-socket
    cancel         | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    cancel ended   | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    activate       | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    activate early | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    activate ended | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    reissue        | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    extend         | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    extend ended   | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    release        | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    release ended  | 403 not-requester  | 403 not-requester  | 403 not-requester  | 403 admin-socket
    revoke         | 403 not-authorised | 200                | 403 not-authorised | 200
    revoke ended   | 403 not-authorised | 409 wrong-state    | 403 not-authorised | 409 wrong-state
    erase          | 403 not-authorised | 403 not-authorised | 409 wrong-state    | 409 wrong-state
    erase ended    | 403 not-authorised | 403 not-authorised | 200                | 200
    see residue    | 403 not-authorised | 403 not-authorised | 200                | 200
    drop residue   | 403 not-authorised | 403 not-authorised | 409 wrong-state    | 409 wrong-state
    forget         | 403 not-authorised | 403 not-authorised | 409 wrong-state    | 409 wrong-state
    lock down      | 403 not-authorised | 200                | 403 not-authorised | 200
    rotate         | 403 not-authorised | 403 not-authorised | 200                | 200
    submit         | 403 not-entitled   | 403 not-entitled   | 403 not-entitled   | 403 admin-socket
    rehearse       | 403 not-entitled   | 403 not-entitled   | 403 not-entitled   | 403 admin-socket
    export         | 200                | 403 not-authorised | 403 not-authorised | 403 not-authorised
    reload policy  | 403 not-authorised | 403 not-authorised | 200                | 200
    create token   | 403 not-authorised | 403 not-authorised | 403 not-authorised | 201
    list tokens    | 403 not-authorised | 403 not-authorised | 403 not-authorised | 200
    revoke token   | 403 not-authorised | 403 not-authorised | 403 not-authorised | 200
    backup         | 403 not-authorised | 403 not-authorised | 403 not-authorised | 200
    preflight      | 403 not-authorised | 403 not-authorised | 200                | 200
    plan           | 403 not-authorised | 403 not-authorised | 200                | 200
    apply          | 403 not-authorised | 403 not-authorised | 200                | 200
    reconcile      | 403 not-authorised | 403 not-authorised | 200                | 200
    see policy     | 200                | 200                | 200                | 200
    see databases  | 200                | 200                | 200                | 200
    see oneself    | 200                | 200                | 200                | 200
    """)

  @Test("each act is answered as the table says", arguments: people.rows + authorities.rows)
  func answers(_ row: AnswerTable.Row) async throws {
    let act = try #require(Act(rawValue: row.act))
    try await withBroker { test in
      for (caller, expected) in row.answers {
        let client = try await test.client(inTable: caller)
        let answer = try await act.answer(to: client, of: test)
        #expect(answer == expected, "\(caller): \(row.act)")
      }
    }
  }

  @Test("who shows a token that is none may nothing")
  func unknown() async throws {
    try await withBroker { test in
      let nobody = HTTPClient(path: test.ordinaryPath, token: "jit_none")
      for act in Act.allCases {
        let answer = try await act.answer(to: nobody, of: test)
        #expect(answer == "401 unauthenticated", "\(act)")
      }
    }
  }

  @Test("both tables name every act")
  func complete() {
    let acts = Act.allCases.map(\.rawValue).sorted()
    #expect(Self.people.rows.map(\.act).sorted() == acts)
    #expect(Self.authorities.rows.map(\.act).sorted() == acts)
  }
}

extension TestBroker {
  fileprivate func client(inTable name: String) async throws -> HTTPClient {
    switch name {
    case "admin": admin
    default: try await client(name)
    }
  }
}
