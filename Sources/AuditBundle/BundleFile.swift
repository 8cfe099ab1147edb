/// The files of a bundle; each has to be there.
package enum BundleFile: String, CaseIterable, Sendable {
  /// Line i is entry i as it is stored, or `{"leaf":"<hex>"}` for one that is withheld.
  case entries = "entries.jsonl"
  /// The hash of leaf i is at byte 32·i: with it a wrong entry can be named, not only known of.
  case leaves = "leaves.bin"
  /// What people wrote, for the commitments in the entries that are shown.
  case openings = "openings.jsonl"
  /// The signed note that all the rest has to fit.
  case checkpoint
  /// The key of the note, in vkey form.
  case verifier = "verifier.txt"
  case manifest = "manifest.json"
  /// For reading: a row for each grant, from the entries that are shown.
  case grants = "grants.csv"
  case program = "verify.py"
}
