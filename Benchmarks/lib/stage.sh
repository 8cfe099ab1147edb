# What benchmarks play on: a throw-away PostgreSQL 15 with a database `bench`, and a jitd that gives
# whoever runs this the role `read` on it without review. To be sourced. Everything is under $work
# and gone when the script ends, however it ends.

pg=/usr/lib/postgresql/15/bin
work=$(mktemp -d /tmp/jit-bench.XXXXXX)
chmod 755 "$work"
as_postgres=()
((EUID != 0)) || as_postgres=(runuser -u postgres --)
jitd_pid=

clean_up() {
  trap - EXIT INT TERM
  if [ -n "$jitd_pid" ]; then
    kill "$jitd_pid" 2>/dev/null || true
    wait "$jitd_pid" 2>/dev/null || true
  fi
  [ ! -f "$work/pg/data/postmaster.pid" ] ||
    (cd / && "${as_postgres[@]}" "$pg/pg_ctl" -D "$work/pg/data" -m immediate -w stop) >/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

give_up() { echo "error: $*" >&2; exit 70; }

start_postgres() {
  mkdir "$work/pg"
  super=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && echo "$super" >"$work/super")
  ((EUID != 0)) || chown postgres "$work/pg" "$work/super"
  port=$((20000 + RANDOM % 20000))
  (cd / && "${as_postgres[@]}" "$pg/initdb" -D "$work/pg/data" -U postgres \
    --auth=scram-sha-256 --pwfile="$work/super") >/dev/null
  (cd / && "${as_postgres[@]}" "$pg/pg_ctl" -D "$work/pg/data" -l "$work/pg/log" -w start -o "-p $port \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/pg -c max_connections=500") >/dev/null
  sql -d postgres -c "CREATE DATABASE bench"
  sql -d bench -c "CREATE ROLE bench_read NOLOGIN"
}

# SQL as the superuser. Debian's `psql` in the path is a Perl script around this one.
sql() { PGPASSWORD=$super "$pg/psql" -h 127.0.0.1 -p "$port" -U postgres -v ON_ERROR_STOP=1 -qXAt "$@"; }

start_broker() {
  local admin
  admin=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  mkdir "$work/policies" "$work/run"
  mkdir -m 700 "$work/credentials"
  (umask 277 && printf %s "$admin" >"$work/credentials/bench-admin")
  sql -d bench <<SQL
CREATE ROLE jit_broker LOGIN CREATEROLE PASSWORD '$admin';
GRANT pg_signal_backend TO jit_broker;
SQL
  cat >"$work/policies/bench.yaml" <<YAML
groups:
  everybody: { members: [$(id -un)] }
databases:
  bench:
    uid: db-bench
    environment: testing
    engine: postgresql
    connection: { host: 127.0.0.1, port: $port, dbname: bench }
    admin: { user: jit_broker, password: "credential:bench-admin" }
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
YAML
  cat >"$work/jitd.yaml" <<YAML
origin: jit.example.com/bench
state: $work/state
policies: $work/policies
credentials: $work/credentials
listen:
  unix: { path: $work/run/jitd.sock }
  admin: { path: $work/run/admin.sock }
YAML
  export JIT_BROKER=unix://$work/run/jitd.sock
  "$bin/jitd" --config "$work/jitd.yaml" 2>"$work/jitd.log" &
  jitd_pid=$!
  wait_for 10 test -S "$work/run/jitd.sock" || give_up "jitd did not start: $(cat "$work/jitd.log")"
}

# seconds, then a command that is tried until it succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
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
