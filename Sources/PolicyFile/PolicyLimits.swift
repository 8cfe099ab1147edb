/// What is more than any policy needs. Each bound stops a mistake or a bomb, not a person.
enum PolicyLimits {
  static let filesMax = 1_000
  static let documentBytesMax = 1_000_000
  static let documentNodesMax = 100_000
  static let nestingMax = 32
  /// Repeated keys in one document, after which the rest of it is not looked at.
  static let repeatedKeysMax = 50
  /// How many names are compared with misspelt ones before hints are left out.
  static let comparisonsMax = 20_000
  static let patternCharactersMax = 500
  static let reviewStepsMax = 8
  static let reviewCountMax = 20
  static let sessionsMax = 100
  static let grantsMax = 1_000
  static let conditionsMax = 8
  static let spansMax = 50
  /// Similar names that one error tells of.
  static let lookAlikesShownMax = 3
  static let durationDaysMax = 366
}
