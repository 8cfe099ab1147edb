import AccessAPI
import AccessCore
import Glibc

/// The psql program of this host.
struct Psql {
  let path: String

  /// - Parameter searchPath: directories as in `PATH`.
  init(searchPath: String) throws(Failure) {
    let candidates = searchPath.split(separator: ":").map { "\($0)/psql" }
    guard let path = candidates.first(where: { access($0, X_OK) == 0 }) else {
      throw Failure(
        .brokerUnreachable, "psql is not installed, or not in PATH",
        hint: "apt install postgresql-client, or use `jit credentials` with another client")
    }
    self.path = path
  }

  /// Becomes psql; returns only by throwing.
  func replaceThisProcess(arguments: [String], passwordFile: PasswordFile) throws(Failure) -> Never
  {
    for name in interferingVariables { unsetenv(name) }
    setenv("PGPASSFILE", passwordFile.path, 1)
    // Threads of a pool block signals and we ignore SIGPIPE; psql would inherit both and be deaf
    // to Ctrl-C.
    signal(SIGPIPE, SIG_DFL)
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    let words = (["psql"] + arguments).map { strdup($0) } + [nil]
    execv(path, words)
    throw Failure(
      .brokerUnreachable, "\(path.inert) cannot be started: \(String(cString: strerror(errno)))",
      hint: "reinstall postgresql-client")
  }
}

/// What would lead psql, or a program started from it, to another place than the grant's.
private let interferingVariables = [
  "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE",
  "PGSSLMODE", "PGAPPNAME",
  // Not libpq's, but what psql starts (`\\!`) has no business with it.
  "JIT_TOKEN",
]

extension CredentialsView {
  /// psql's arguments: where to connect (never the password), the prompts, then what the person
  /// gave.
  func psqlArguments(prompt: PsqlPrompt?, _ further: [String]) -> [String] {
    let prompts = prompt.map { ["--set=PROMPT1=\($0.text)", "--set=PROMPT2=\($0.text)"] } ?? []
    return ["--dbname=\(connectionString)"] + prompts + further
  }

  /// Keyword/value pairs (PostgreSQL manual, "Connection Strings").
  var connectionString: String {
    let pairs = [
      ("host", host), ("port", String(port)), ("dbname", dbname), ("user", user),
      ("sslmode", sslmode), ("application_name", "jit:\(id)"),
    ]
    return pairs.map { "\($0)=\($1.connectionValue)" }.joined(separator: " ")
  }
}

extension String {
  fileprivate var connectionValue: String {
    let escaped = unicodeScalars.reduce(into: "") { text, scalar in
      if scalar == "'" || scalar == "\\" { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
    return "'\(escaped)'"
  }
}
