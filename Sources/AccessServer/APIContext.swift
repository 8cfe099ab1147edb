import AccessCore
import Hummingbird
import NIOCore

/// What handlers know of a request besides the request.
struct APIContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// Set by `Authentication`; a route that asks before has no caller.
  var authenticated: Caller?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// Who is asking.
  var caller: Caller {
    get throws(Refusal) {
      guard let authenticated else {
        throw Refusal(.notAuthorised, "the caller is not known")
      }
      return authenticated
    }
  }

  /// The request that the path names.
  var requestID: AccessCore.RequestID {
    get throws {
      let text = try parameters.require("id")
      guard let id = AccessCore.RequestID(text) else {
        throw Refusal.unknownRequest(String(text.prefix(40)))
      }
      return id
    }
  }
}
