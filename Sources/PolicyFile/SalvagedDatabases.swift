import AccessCore

/// What the files of a directory say of databases, whether or not together they are a policy: enough
/// to take access away, never to give it.
package struct SalvagedDatabases: Sendable {
  package let databases: [Database]
  /// Why it is no policy; empty when it is one.
  package let errors: [Diagnostic]

  package init(directory: String) {
    do throws(PolicyErrors) {
      let policy = try parsePolicy(try readPolicyDocuments(directory: directory))
      databases = policy.databases.values.sorted { $0.name < $1.name }
      errors = []
    } catch {
      let reader = Reader()
      let sections = Sections(readablePolicyDocuments(directory: directory), reader)
      databases = reader.databases(sections[.databases]).read.values.sorted { $0.name < $1.name }
      errors = error.diagnostics.filter { $0.severity == .error }
    }
  }
}
