/// The text form of an array of texts (PostgreSQL documentation, "Array Input and Output Syntax").
func arrayLiteral(_ texts: [String]) -> String {
  let quoted = texts.map { text in
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
  return "{" + quoted.joined(separator: ",") + "}"
}

func arrayLiteral(_ numbers: some Sequence<some BinaryInteger>) -> String {
  "{" + numbers.map { String($0) }.joined(separator: ",") + "}"
}
