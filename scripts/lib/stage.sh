# What the demo and the benchmarks play on: a throw-away PostgreSQL 15 and a jitd. To be sourced, with
# `bin` set to where the binaries are. Everything is under $work, and gone when the script ends,
# however it ends.

pg=/usr/lib/postgresql/15/bin
work=$(mktemp -d /tmp/jit-stage.XXXXXX)
chmod 755 "$work"
as_postgres=()
((EUID != 0)) || as_postgres=(runuser -u postgres --)
jitd_pid=
# What jit remembers of a ledger (it is a witness) must not outlive the ledger.
export XDG_STATE_HOME=$work/witness

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

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# seconds, then a command that is tried until it succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# Arguments: settings of the server, each as -c name=value.
start_postgres() {
  mkdir "$work/pg"
  super=$(random)
  (umask 077 && echo "$super" >"$work/super")
  ((EUID != 0)) || chown postgres "$work/pg" "$work/super"
  port=$((20000 + RANDOM % 20000))
  (cd / && "${as_postgres[@]}" "$pg/initdb" -D "$work/pg/data" -U postgres \
    --auth=scram-sha-256 --pwfile="$work/super") >/dev/null
  (cd / && "${as_postgres[@]}" "$pg/pg_ctl" -D "$work/pg/data" -l "$work/pg/log" -w start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/pg $*") >/dev/null
}

# SQL as the superuser. Debian's `psql` in the path is a Perl script around this one.
sql() { PGPASSWORD=$super "$pg/psql" -h 127.0.0.1 -p "$port" -U postgres -v ON_ERROR_STOP=1 -qXAt "$@"; }

# The broker's login, no superuser, and its password as the credential `admin`.
make_admin() {
  local admin
  admin=$(random)
  mkdir -m 700 "$work/credentials"
  (umask 277 && printf %s "$admin" >"$work/credentials/admin")
  sql -d postgres <<SQL
CREATE ROLE jit_broker LOGIN CREATEROLE PASSWORD '$admin';
GRANT pg_signal_backend TO jit_broker;
SQL
}

# Starts jitd; the policy comes on standard input.
start_broker() {
  mkdir "$work/policies" "$work/run"
  cat >"$work/policies/policy.yaml"
  cat >"$work/jitd.yaml" <<YAML
origin: jit.example.com/stage
state: $work/state
policies: $work/policies
credentials: $work/credentials
listen:
  unix: { path: $work/run/jitd.sock }
  admin: { path: $work/run/admin.sock }
YAML
  export JIT_BROKER=unix://$work/run/jitd.sock JIT_ADMIN=unix://$work/run/admin.sock
  run_broker "$work/jitd.log"
}

# With its log in that file, or pipe.
run_broker() {
  "$bin/jitd" --config "$work/jitd.yaml" 2>"$1" &
  jitd_pid=$!
  wait_for 10 listens || give_up "jitd did not start: $(tail -n 5 "$work/jitd.log")"
}

listens() { [ -S "$work/run/jitd.sock" ] && [ -S "$work/run/admin.sock" ]; }
