import Glibc

/// What there is of an earlier ledger where not one entry is: its key, lockdowns that it could not
/// write, a checkpoint that it published. Each is a sign that the state was emptied, and that who
/// begins anew would write a second history under one name.
struct Remains: Sendable, Equatable {
  let hasKey: Bool
  private(set) var signs: [String] = []
  /// The epoch in which the earlier one was, as far as anything tells; else the first.
  private(set) var epoch = 1

  init(in directory: StateDirectory, published: [UInt8]?, of origin: String) {
    hasKey = access(directory.signingKeyPath, F_OK) == 0 || errno != ENOENT
    if hasKey { signs.append("there is a signing key, but no entry that it signed") }
    if !directory.lockdowns.read().isEmpty {
      signs.append("a lockdown is kept, but no entry of before it")
    }
    let name = published?.prefix { $0 != UInt8(ascii: "\n") } ?? []
    // Whoever signed it: the key may be lost as well.
    guard let number = epochNumber(String(decoding: name, as: UTF8.self), of: origin) else {
      return
    }
    epoch = max(1, number)
    signs.append("a checkpoint of epoch \(epoch) is published, but there is no entry")
  }
}
