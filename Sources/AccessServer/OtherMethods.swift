import AccessAPI
import HTTPTypes
import Hummingbird

extension Router<APIContext> {
  /// Answers 405 and says what there is (RFC 9110 §15.5.6), where a path of the routes so far is
  /// called with a method that it does not have.
  func refuseOtherMethods() {
    for routes in Dictionary(grouping: routes, by: \.path.description).values {
      let (path, known) = (routes[0].path, routes.map(\.method))
      let allowed = known.map(\.rawValue).sorted().joined(separator: ", ")
      for method in Self.methods where !known.contains(method) {
        on(path, method: method) { _, _ in
          let problem = Problem(
            .wrongMethod, "this path has no \(method.rawValue)", hint: "it has \(allowed)")
          var response = try jsonResponse(
            problem, status: .methodNotAllowed, mediaType: Problem.mediaType)
          response.headers[.allow] = allowed
          return response
        }
      }
    }
  }

  private static var methods: [HTTPRequest.Method] {
    [.get, .head, .post, .put, .patch, .delete, .options]
  }
}
