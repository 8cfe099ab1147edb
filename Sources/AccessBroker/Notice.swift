import AccessCore

/// What people outside should hear of.
package enum Notice: Sendable {
  case waitsForReview(Request)
  case decided(Request)
  case ended(Request)
  case stuck(Request)
  case alarm(String)
}
