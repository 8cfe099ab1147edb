/// The text form of an array of texts (PostgreSQL documentation, "Array Input and Output Syntax").
func arrayLiteral(_ texts: [String]) -> String {
  let quoted = texts.map { text in
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
  return "{" + quoted.joined(separator: ",") + "}"
}

func arrayLiteral(_ numbers: Set<Int>) -> String {
  "{" + numbers.map(String.init).joined(separator: ",") + "}"
}
