import AccessAPI
import AccessCore
import Testing

@testable import AccessBroker
@testable import AccessServer

@Suite("connection URIs")
struct ConnectionURITests {
  @Test(
    "what has a meaning in a URI is percent-encoded (RFC 3986)",
    arguments: [
      ("db.example.com", "orders", "p-._~9", "db.example.com:5432/orders", "p-._~9"),
      ("db.example.com", "or/de?rs", "a b", "db.example.com:5432/or%2Fde%3Frs", "a%20b"),
      ("/run/postgresql", "orders", "%41", "%2Frun%2Fpostgresql:5432/orders", "%2541"),
      ("2001:db8::1", "orders", "p@h:5/#&", "[2001:db8::1]:5432/orders", "p%40h%3A5%2F%23%26"),
      ("db.example.com", "ördérs", "+", "db.example.com:5432/%C3%B6rd%C3%A9rs", "%2B"),
    ])
  func encoded(
    host: String, dbname: String, password: String, place: String, secret: String
  ) throws {
    let credentials = Credentials(
      request: try #require(RequestID("7F3K2QXW")), endpoint: Endpoint(host: host, port: 5432),
      dbname: dbname, sslmode: .verifyFull, user: "jit_alice_7f3k2qxw", secret: Secret(password),
      expiresAt: Timestamp(milliseconds: 0))
    let uri = "postgresql://jit_alice_7f3k2qxw:\(secret)@\(place)?sslmode=verify-full"
    #expect(CredentialsView(credentials).uri == uri)
  }
}
