# What benchmarks play on: a PostgreSQL with a database `bench`, and a jitd that gives whoever runs this
# the role `read` on it without review, and so the people who are named. What stands in `groups` and
# `rules` is added to groups and entitlements. To be sourced.

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/stage.sh"

start_bench() {
  start_postgres -c max_connections=700 -c max_prepared_transactions=200
  make_admin
  sql -d postgres -c "CREATE DATABASE bench"
  sql -d bench -c "CREATE ROLE bench_read NOLOGIN"
  start_broker <<YAML
groups:
  everybody: { members: [$(id -un)$( (($# == 0)) || printf ', %s' "$@")] }
${groups:-}
databases:
  bench:
    uid: db-bench
    environment: testing
    engine: postgresql
    connection: { host: 127.0.0.1, port: $port, dbname: bench }
    admin: { user: jit_broker, password: "credential:admin" }
    accept: [createrole-is-superuser]
roles:
  read: { writes: false, postgresql: { member_of: [bench_read] } }
entitlements:
  bench-read:
    requesters: [everybody]
    databases: [bench]
    roles: [read]
    max_duration: 1h
    reason: { required: false }
    review: none
${rules:-}
YAML
}

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# Of the numbers on standard input, the one that $1 percent of them do not exceed (nearest rank).
percentile() {
  sort -n | awk -v p="$1" '{ n[NR] = $1 } END { k = int((NR * p + 99) / 100); print n[k ? k : 1] }'
}

# A row of the table: what, ours, beside (both begin with a number), and how many times ours goes
# into what stands beside.
row() {
  awk -v what="$1" -v ours="$2" -v beside="$3" 'BEGIN {
    printf "%-36s | %10s | %24s | %6s\n", what, ours, beside,
      (ours + 0 > 0 ? sprintf("%.2f", ours / beside) : "-") }'
}

table() { printf '%-36s | %10s | %24s | %6s\n' what ours beside ratio; }

# Runs a command with its output thrown away; leaves its seconds and its largest memory in MB in
# `took` and `peak`.
measure() {
  read -r took peak < <(python3 - "$@" <<'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.monotonic() - start
print(f"{took:.2f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f}")
PYTHON
  ) || give_up "$* failed"
  [ -n "$took" ] || give_up "$* failed"
}
