import Glibc

@main
enum Main {
  static func main() async {
    // A reader that goes away (`jit requests | head`) shows as an error of write(2), where we can
    // end quietly.
    signal(SIGPIPE, SIG_IGN)
    exit(await runCommandLine())
  }
}
