#!/usr/bin/env bash
# What others notice of somebody who makes as much of a thing as there can be. In each row VICTIMS (30)
# sessions of grants that end at one instant, together with two grants of a hostile holder who has made
# so many of the things; or with a requester who keeps the broker busy, or a log that nobody reads:
# the overrun by the receipts, beside the aim of 250 ms, and how long reads of the API take meanwhile,
# beside those of an idle broker.
#
# KINDS="tables reasons" measures these only.
set -euo pipefail
cd "$(dirname "$0")"
. lib/stage.sh

victims=${VICTIMS:-30}
many=${MANY:-10000}
kinds=${KINDS:-idle large-objects tables views functions sequences types default-privileges \
  table-grants policies triggers settings prepared stalled-logins requests reasons full-log}

people=(alice mallory eve caller1 caller2 caller3 caller4)
# Patterns that take other engines for ever, of somebody who may ask by no other rule.
rule() { # name, pattern
  printf '  %s:\n    requesters: [peter]\n    databases: [bench]\n    roles: [read]\n' "$1"
  printf '    max_duration: 1h\n    reason: { pattern: "%s" }\n    review: none\n' "$2"
}
groups="  others: { members: [peter] }"
rules=$(rule twice '.*INC.*CHG.*' && rule nested '^(a|aa)+$')
start_bench "${people[@]}"
socket=$work/run/jitd.sock
bench() { "$bin/GrantsBench" "$@" || give_up "GrantsBench $1 failed"; }
for person in "${people[@]}" peter; do
  "$bin/jit" admin token create --user "$person" -o json |
    sed -n 's/^ *"token" *: "\(.*\)",$/\1/p' >"$work/token-$person"
done
cat "$work/token-mallory" "$work/token-eve" >"$work/tokens-hostile"
cat "$work"/token-caller? >"$work/tokens-callers"
sql -d bench <<SQL
CREATE SCHEMA play;
GRANT USAGE, CREATE ON SCHEMA play TO bench_read;
CREATE TABLE play.theirs (id int);
GRANT SELECT, INSERT, TRIGGER ON play.theirs TO bench_read;
CREATE ROLE friend NOLOGIN;
SQL

# --- What a hostile holder makes ------------------------------------------------------------------------

# As the holder whose role is \$1; each \`COMMIT\` gives the server its locks back.
each() { # statement with %1\$s for the number and %2\$s for the role
  cat <<SQL
DO \$\$ BEGIN
  FOR n IN 1..$many LOOP
    EXECUTE format(\$x\$$1 \$x\$, n, current_user);
    IF n % 500 = 0 THEN COMMIT; END IF;
  END LOOP;
END \$\$;
SQL
}
act() { # kind
  case $1 in
    large-objects) echo "SELECT count(lo_create(0)) FROM generate_series(1, $((many * 10)));" ;;
    tables) each 'CREATE TABLE play.t_%1$s_%2$s (id int)' ;;
    views) each 'CREATE VIEW play.v_%1$s_%2$s AS SELECT id FROM play.theirs' ;;
    functions) each 'CREATE FUNCTION play.f_%1$s_%2$s() RETURNS int LANGUAGE sql AS $f$SELECT 1$f$' ;;
    sequences) each 'CREATE SEQUENCE play.s_%1$s_%2$s' ;;
    types) each "CREATE TYPE play.k_%1\$s_%2\$s AS ENUM ('a')" ;;
    default-privileges) each 'ALTER DEFAULT PRIVILEGES IN SCHEMA play GRANT SELECT ON TABLES TO friend' ;;
    table-grants)
      each 'CREATE TABLE play.g_%1$s_%2$s (id int); GRANT SELECT ON play.g_%1$s_%2$s TO friend' ;;
    policies)
      echo "SELECT format('CREATE TABLE play.p_%s (id int)', current_user) \gexec"
      each 'CREATE POLICY p_%1$s ON play.p_%2$s TO %2$s USING (true)'
      ;;
    triggers)
      echo "SELECT format('CREATE FUNCTION play.fire_%1\$s() RETURNS trigger LANGUAGE plpgsql
              AS ''BEGIN RETURN NEW; END''', current_user) \gexec"
      each 'CREATE TRIGGER t_%1$s_%2$s AFTER INSERT ON play.theirs EXECUTE FUNCTION play.fire_%2$s()'
      ;;
    settings) ;;
    prepared)
      for n in {1..80}; do
        echo "BEGIN; SELECT lo_create(0); SELECT format('PREPARE TRANSACTION %L', 'x$n' || current_user) \gexec"
      done
      ;;
  esac
}

# jitd comes up anew with a log that nobody reads, and that is full.
fill_log() {
  kill "$jitd_pid"
  wait "$jitd_pid" || give_up "jitd did not end"
  mkfifo "$work/full"
  python3 - "$work/full" <<'PYTHON' &
import os, sys, time
pipe = os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
try:
    while True: os.write(pipe, b"x" * 4096)
except BlockingIOError:
    pass
while os.path.exists(sys.argv[1]): time.sleep(0.2)
PYTHON
  sleep 1
  run_broker "$work/full"
}

# --- One row ----------------------------------------------------------------------------------------------

ledger() { sqlite3 -cmd '.timeout 5000' "file:$work/state/ledger.sqlite?mode=ro" "$1"; }
overruns() {
  ledger "SELECT json_extract(CAST(e.body AS TEXT), '\$.data.receipt.overrun_ms') FROM entries e
           WHERE e.kind = 'grant.ended' AND e.seq > $newest
             AND json_extract(CAST(e.body AS TEXT), '\$.data.receipt.verified')
             AND e.request IN (SELECT request FROM entries
                                WHERE kind = 'request.submitted' AND actor = 'alice')"
}
all_have_ended() { [ "$(overruns | wc -l)" = "$victims" ]; }

# Whoever keeps the broker busy until the file exists.
busy() { # kind
  case $1 in
    stalled-logins) python3 - "$port" "$2" <<'PYTHON' ;;
import os, socket, sys, time
open_ones = []
while not os.path.exists(sys.argv[2]):
    if len(open_ones) < 50:
        try:
            one = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            open_ones.append(one)
        except OSError:
            pass
    time.sleep(0.02)
PYTHON
    reasons) python3 - "$socket" "$(cat "$work/token-peter")" "$2" <<'PYTHON' ;;
import http.client, json, os, socket, sys, threading
class Local(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])
def ask(text, rule):
    while not os.path.exists(sys.argv[3]):
        call = Local("jit")
        body = {"database": "bench", "role": "read", "duration": "1m", "reason": text,
                "entitlement": rule, "dry_run": True}
        call.request("POST", "/v1/requests", json.dumps(body),
                     {"Authorization": "Bearer " + sys.argv[2], "Content-Type": "application/json"})
        call.getresponse().read()
        call.close()
threads = [threading.Thread(target=ask, args=a) for a in
           [("INC" * 682, "twice"), ("a" * 2047 + "!", "nested")] * 2]
for thread in threads: thread.start()
for thread in threads: thread.join()
PYTHON
    requests) bench request "$socket" "$work/token-mallory" 500 3600 >/dev/null ;;
  esac
}

round() { # kind
  local kind=$1 over="$work/over-$1" calls holder busy=
  rm -f "$over"
  newest=$(ledger "SELECT max(seq) FROM entries")
  # To make the things takes a while, and all of them end at one instant.
  local seconds=25
  case $kind in tables | views | table-grants) seconds=$((25 + many / 150)) ;; esac
  local end=$(($(date +%s) + seconds))
  case $kind in
    idle | stalled-logins | requests | reasons | full-log) ;;
    *)
      bench grant "$socket" "$work/tokens-hostile" 2 "$end" "$work/hostile" >/dev/null
      while read -r user password; do
        act "$kind" | PGPASSWORD=$password "$pg/psql" -h 127.0.0.1 -p "$port" -U "$user" -d bench \
          -v ON_ERROR_STOP=1 -qXAt >/dev/null 2>"$work/act-$user" || give_up "$(tail -n 3 "$work/act-$user")"
      done < <(cat "$work/hostile"; echo)
      ;;
  esac
  (($(date +%s) < end - 8)) || give_up "there was no time left for the others ($kind)"
  bench grant "$socket" "$work/token-alice" "$victims" "$end" "$work/accounts" >/dev/null
  bench sessions "$port" "$work/accounts" >"$work/sessions" &
  holder=$!
  wait_for 10 grep -q open "$work/sessions" || give_up "the sessions are not open"
  case $kind in stalled-logins | requests | reasons)
    busy "$kind" "$over" &
    busy=$!
    ;;
  esac
  bench calls "$socket" "$work/tokens-callers" "$over" >"$work/calls" &
  calls=$!
  wait_for $((seconds + 60)) all_have_ended || give_up "only $(overruns | wc -l) of $victims have ended ($kind)"
  sleep 2
  touch "$over"
  wait "$calls" "$holder"
  [ -z "$busy" ] || wait "$busy"
  read -r _ reads99 _ _ _ <"$work/calls"
  [ "$kind" != idle ] || idle99=$reads99
  row "overrun p99: $kind" "$(overruns | percentile 99) ms" "250 ms (aim)"
  row "reads p99: $kind" "$reads99 ms" "${idle99:-0.1} ms (idle)"
}

table
for kind in $kinds; do
  [ "$kind" != full-log ] || fill_log
  round "$kind"
done
