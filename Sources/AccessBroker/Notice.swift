import AccessCore

/// What people outside should hear of.
package enum Notice: Sendable {
  case waitsForReview(Request)
  case decided(Request)
  /// Somebody takes emergency access: those who review it hear at once, and security.
  case glassBroken(Request)
  case reviewOverdue(Request)
  case ended(Request)
  case stuck(Request)
  case alarm(String)
}
