#!/bin/sh
# Builds one fuzz target of a module with libFuzzer and runs it:
#   Tests/Fuzz/fuzz.sh TransparencyLog Note|Checkpoint|VerifierKey|Proof [libFuzzer arguments]
#   Tests/Fuzz/fuzz.sh SSHSignature SSHSignature|AllowedSigners [libFuzzer arguments]
# From the folder of the package, after `swift build --target MODULE`. What it finds and learns is
# kept in .build/fuzz/.
set -eu
module=$1
target=$2
shift 2
fuzz=$(dirname "$0")
build=.build/debug
work=.build/fuzz/$target
crypto=.build/checkouts/swift-crypto/Sources
mkdir -p "$work/corpus"

# The module's own sources are compiled in, so that they are instrumented too.
swiftc -O -sanitize=fuzzer,address -parse-as-library -swift-version 6 \
  -package-name jit -module-name Fuzz \
  -I $build/Modules -I $crypto/CCryptoBoringSSL/include -I $crypto/CCryptoBoringSSLShims/include \
  -o "$work/fuzz" "$fuzz/$target/Fuzz$target.swift" Sources/"$module"/*.swift \
  $(find $build/Crypto.build $build/CryptoBoringWrapper.build $build/CCryptoBoringSSL*.build \
    $build/CXKCP*.build -name '*.o') -lstdc++ -use-ld=lld

SWIFT_BACKTRACE=enable=no exec "$work/fuzz" -artifact_prefix="$work/" -max_total_time=30 \
  -max_len=4096 -seed=1 "$work/corpus" "$fuzz/$target/seeds" "$@"
