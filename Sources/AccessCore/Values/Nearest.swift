/// Which of `candidates` somebody who typed `word` may have meant: at most three, best first.
///
/// Nothing is ever chosen for the user by this; it only makes an error helpful.
package func nearest(to word: String, among candidates: some Sequence<String>) -> [String] {
  let wanted = foldedForComparison(word)
  let limit = max(2, wanted.count / 3)
  return
    candidates
    .map { (name: $0, distance: editDistance(wanted, foldedForComparison($0))) }
    .filter { $0.distance <= limit }
    .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
    .prefix(3)
    .map(\.name)
}

private func foldedForComparison(_ word: String) -> [Character] {
  word.lowercased().prefix(64).map { "-. ".contains($0) ? "_" : $0 }
}

/// Damerau–Levenshtein distance in its optimal string alignment form: insertions, deletions,
/// replacements and swaps of neighbours, each at cost 1.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var rows = [Array(0...b.count)]
  for i in 1...a.count {
    var row = [i]
    for j in 1...b.count {
      var best = min(rows[i - 1][j] + 1, row[j - 1] + 1)
      best = min(best, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        best = min(best, rows[i - 2][j - 2] + 1)
      }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
