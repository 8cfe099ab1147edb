/// As `grant.stuck` has it; what is nothing is left out.
extension Grant.Obstacle: Codable {
  private enum CodingKeys: String, CodingKey {
    case because, fenced, note, residue
    case overrunMs = "overrun_ms"
    case sessionsEnded = "sessions_ended"
    case preparedRolledBack = "prepared_rolled_back"
    case objectsDropped = "objects_dropped"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      because: try container.decode(StuckCause.self, forKey: .because),
      fenced: try container.decode(Bool.self, forKey: .fenced),
      note: try container.decode(String.self, forKey: .note),
      overrunMs: try container.decodeIfPresent(Int64.self, forKey: .overrunMs),
      sessionsEnded: try container.decodeIfPresent(Int.self, forKey: .sessionsEnded) ?? 0,
      preparedRolledBack: try container.decodeIfPresent(Int.self, forKey: .preparedRolledBack) ?? 0,
      objectsDropped: try container.decodeIfPresent(Int.self, forKey: .objectsDropped) ?? 0,
      residue: try container.decodeIfPresent([Residue].self, forKey: .residue) ?? [])
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(because, forKey: .because)
    try container.encode(fenced, forKey: .fenced)
    try container.encode(note, forKey: .note)
    try container.encodeIfPresent(overrunMs, forKey: .overrunMs)
    if sessionsEnded > 0 { try container.encode(sessionsEnded, forKey: .sessionsEnded) }
    if preparedRolledBack > 0 {
      try container.encode(preparedRolledBack, forKey: .preparedRolledBack)
    }
    if objectsDropped > 0 { try container.encode(objectsDropped, forKey: .objectsDropped) }
    if !residue.isEmpty { try container.encode(residue, forKey: .residue) }
  }
}
