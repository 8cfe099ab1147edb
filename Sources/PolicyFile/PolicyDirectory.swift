import AccessCore
import Foundation

/// The policy files of a directory: every `*.yaml` in it, by name. Hidden files and
/// subdirectories are not looked at.
///
/// - Throws: each file that cannot be read, and one that ends in `.yml`, because nobody should
///   believe that it is in force.
package func readPolicyDocuments(directory: String) throws(PolicyErrors) -> [PolicyDocument] {
  let names = try policyFileNames(directory)
  var documents: [PolicyDocument] = []
  var problems: [Diagnostic] = []
  for name in names {
    do throws(Diagnostic) {
      documents.append(try readPolicyDocument(name, in: directory))
    } catch {
      problems.append(error)
    }
  }
  guard problems.isEmpty else { throw PolicyErrors(problems) }
  return documents
}

/// Those of the files that can be read at all.
func readablePolicyDocuments(directory: String) -> [PolicyDocument] {
  // What cannot be read is left out here; `readPolicyDocuments` says what and why.
  let names = (try? policyFileNames(directory)) ?? []
  return names.compactMap { try? readPolicyDocument($0, in: directory) }
}

private func policyFileNames(_ directory: String) throws(PolicyErrors) -> [String] {
  let names: [String]
  do {
    names = try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }
      .sorted()
  } catch {
    throw PolicyErrors([
      .error(
        directory, "cannot be read: \(error.localizedDescription.inert)",
        hint: "Name a directory with policy files that this user may read.")
    ])
  }
  guard !names.isEmpty else {
    throw PolicyErrors([
      .error(
        directory, "holds no policy", hint: "Put at least one file there that ends in .yaml.")
    ])
  }
  guard names.count <= PolicyLimits.filesMax else {
    throw PolicyErrors([
      .error(
        directory, "holds \(names.count) policy files, more than \(PolicyLimits.filesMax)",
        hint: "Merge some of them.")
    ])
  }
  return names
}

private func readPolicyDocument(
  _ name: String, in directory: String
) throws(Diagnostic) -> PolicyDocument {
  guard name.hasSuffix(".yaml") else {
    throw .error(
      name, "would not be read: policy files end in .yaml",
      hint: "Rename it, or move it elsewhere.")
  }
  let data = try contents(of: URL(filePath: directory).appending(path: name), name)
  guard data.count <= PolicyLimits.documentBytesMax else {
    throw .error(
      name, "is larger than \(PolicyLimits.documentBytesMax) bytes",
      hint: "Split it into several files.")
  }
  guard let text = String(validating: data, as: UTF8.self) else {
    throw .error(name, "is not UTF-8", hint: "Save it as UTF-8.")
  }
  return PolicyDocument(name: name, text: text)
}

/// One byte more than allowed at most.
private func contents(of url: URL, _ name: String) throws(Diagnostic) -> Data {
  do {
    // Opening a pipe would wait for ever for somebody to write.
    let values = try url.resolvingSymlinksInPath().resourceValues(forKeys: [.isRegularFileKey])
    guard values.isRegularFile == true else {
      throw Diagnostic.error(name, "is not a file", hint: "Move it elsewhere.")
    }
    let file = try FileHandle(forReadingFrom: url)
    defer { file.closeFile() }
    return try file.read(upToCount: PolicyLimits.documentBytesMax + 1) ?? Data()
  } catch let problem as Diagnostic {
    throw problem
  } catch {
    throw .error(
      name, "cannot be read: \(error.localizedDescription.inert)",
      hint: "Let this user read it, or move it elsewhere.")
  }
}
