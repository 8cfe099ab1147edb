import AccessTesting
import Foundation
import Testing

@testable import SSHSignature

@Suite("Signatures of OpenSSH")
struct SSHSignatureTests {
  private let message = Array(#"{"request":"7F3K2QXW"}"#.utf8)

  @Test("one of the stock ssh-keygen is read and accepted", arguments: ["sha512", "sha256"])
  func stock(_ hash: String) throws {
    let keygen = try StockSSHKeygen()
    let key = try keygen.makeKey("olga")
    let armored = try keygen.sign(message, with: key, hash: hash)
    let signature = try #require(SSHSignature(armored: armored))
    #expect(signature.isOf(message, namespace: "jit-review"))
    #expect(signature.hash.rawValue == hash)
    #expect(try keygen.publicKey(of: key) == signature.keyText + " olga@laptop")
  }

  @Test("one of another message or namespace is not good")
  func other() throws {
    let keygen = try StockSSHKeygen()
    let key = try keygen.makeKey("olga")
    let signature = try #require(
      SSHSignature(armored: try keygen.sign(message, with: key, namespace: "file")))
    #expect(signature.isOf(message, namespace: "file"))
    #expect(!signature.isOf(message, namespace: "jit-review"))
    #expect(!signature.isOf(message + [0x0A], namespace: "file"))
    #expect(!signature.isOf(message.dropLast(), namespace: "file"))
  }

  @Test("keys of other types are not read", arguments: ["rsa", "ecdsa"])
  func otherTypes(_ type: String) throws {
    let keygen = try StockSSHKeygen()
    let key = try keygen.makeKey("olga", type: type)
    #expect(SSHSignature(armored: try keygen.sign(message, with: key)) == nil)
  }

  @Test("no changed byte of the signature leaves it good, and none is a trap")
  func mutations() throws {
    let keygen = try StockSSHKeygen()
    let armored = Array(try keygen.sign(message, with: try keygen.makeKey("olga")).utf8)
    for index in armored.indices {
      for byte: UInt8 in [armored[index] ^ 1, 0x41, 0x0A, 0x3D] where byte != armored[index] {
        var changed = armored
        changed[index] = byte
        let read = String(validating: changed, as: UTF8.self).flatMap(SSHSignature.init(armored:))
        // A line break at another place leaves the same bytes.
        guard let read, changed.filter({ $0 != 0x0A }) != armored.filter({ $0 != 0x0A }) else {
          continue
        }
        #expect(!read.isOf(message, namespace: "jit-review"))
      }
    }
    for length in armored.indices {
      #expect(SSHSignature(armored: String(decoding: armored[..<length], as: UTF8.self)) == nil)
    }
  }

  @Test("what is too long is not looked at")
  func tooLong() {
    let line = String(repeating: "A", count: SSHSignature.armoredBytesMax)
    #expect(
      SSHSignature(
        armored: "-----BEGIN SSH SIGNATURE-----\n\(line)\n-----END SSH SIGNATURE-----\n") == nil)
  }
}
