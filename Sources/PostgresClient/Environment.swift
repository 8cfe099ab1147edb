import CLibPQ
import Glibc

/// Refuses to connect where a variable of the environment would add to the parameters.
///
/// libpq fills every keyword that was not given from the environment: `PGHOSTADDR` would lead the
/// connection to another machine, `PGSERVICE` would read a file, `PGPASSWORD` would stand in for a
/// certificate. It knows no way to say "none", and taking variables out of the environment of a
/// process with many threads is not safe. So whoever starts the process has to unset them.
/// Variables of keywords that are given have no effect and are left alone.
func refuseEnvironment(beyond keywords: Set<String>) throws(PostgresError) {
  guard let known = PQconndefaults() else { throw .unreachable("out of memory") }
  defer { PQconninfoFree(known) }
  // The list ends with an entry without a keyword.
  var option = known
  while let keyword = option.pointee.keyword {
    if let variable = option.pointee.envvar, isSet(variable),
      !keywords.contains(String(cString: keyword))
    {
      throw .misuse(
        """
        the environment variable \(String(cString: variable)) would change this connection; \
        unset it and start again
        """)
    }
    option += 1
  }
}

private func isSet(_ variable: UnsafePointer<CChar>) -> Bool {
  guard let value = getenv(variable) else { return false }
  return value.pointee != 0
}
