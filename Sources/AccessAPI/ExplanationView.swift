/// `GET /v1/policy/explain?as=…&database=…&role=…&duration=…`: what each rule for the database says.
package struct ExplanationView: Codable, Sendable, Equatable {
  package var entitlement: String
  package var maxDuration: String
  /// Whether the person may ask by it.
  package var allowed: Bool
  /// Why not, in words.
  package var objections: [String]
  package var needs: [NeedView]
  /// Steps that are not needed, each with the conditions that do not hold.
  package var spared: [String]
  /// What keeps it from being given now, in words.
  @Nullable package var stopped: String?

  package init(
    entitlement: String, maxDuration: String, objections: [String], needs: [NeedView],
    spared: [String], stopped: String?
  ) {
    self.entitlement = entitlement
    self.maxDuration = maxDuration
    self.allowed = objections.isEmpty
    self.objections = objections
    self.needs = needs
    self.spared = spared
    self.stopped = stopped
  }

  enum CodingKeys: String, CodingKey {
    case entitlement, allowed, objections, needs, spared, stopped
    case maxDuration = "max_duration"
  }
}
