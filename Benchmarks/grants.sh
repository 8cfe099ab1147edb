#!/usr/bin/env bash
# Grants in numbers, all on one PostgreSQL and in one run:
#
# - activations a second of 16 callers, beside pgbench with 16 clients that does nothing but CREATE ROLE
#   with a SCRAM verifier of the same kind;
# - GRANTS (10,000) grants that expire at the same instant: how long until the last is verified to be
#   gone, beside pgbench with 8 clients that does nothing but fence and drop; and how long calls of
#   the API take meanwhile;
# - SESSIONS (500) sessions whose grants expire at the same instant: how long until the last has
#   ended, beside a superuser who fences all and ends all with one statement each.
#
# That they expire at the same instant is made by holding jitd (SIGSTOP) while the last of them do.
set -euo pipefail
cd "$(dirname "$0")"
. lib/stage.sh

grants=${GRANTS:-10000}
sessions=${SESSIONS:-500}
activations=${ACTIVATIONS:-1500}
seconds=5
# One caller may write 600 times a minute, and a grant takes two writes.
mapfile -t people < <(seq -f 'person%03g' 1 104)

start_bench "${people[@]}"
socket=$work/run/jitd.sock
bench() { "$bin/GrantsBench" "$@" || give_up "GrantsBench $1 failed"; }

for person in "${people[@]}"; do
  "$bin/jit" admin token create --user "$person" -o json | sed -n 's/^ *"token" *: "\(.*\)",$/\1/p'
done >"$work/tokens"
[ "$(wc -l <"$work/tokens")" = "${#people[@]}" ] || give_up "there are not enough tokens"
tail -n 4 "$work/tokens" >"$work/callers"
sed -i '101,$d' "$work/tokens"

# Options, then a script on standard input; leaves its transactions a second in `rate`.
plain() {
  PGPASSWORD=$super "$pg/pgbench" -h 127.0.0.1 -p "$port" -U postgres -n "$@" -f /dev/stdin bench \
    >"$work/pgbench" 2>&1 || give_up "pgbench failed: $(tail -n 3 "$work/pgbench")"
  rate=$(awk '/^tps/ { printf "%d", $3 }' "$work/pgbench")
}

# --- Activations --------------------------------------------------------------------------------------

bench request "$socket" "$work/tokens" "$activations" 3600 >"$work/ids"
ours=$(bench activate "$socket" "$work/tokens" "$work/ids")

verifier=$(sql -d bench -c "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'jit\\_p%' LIMIT 1")
plain -c 16 -j 2 -T "$seconds" -D n=0 <<SQL
\set n :n + 1
\set role :client_id * 1000000 + :n
CREATE ROLE plain_:role NOLOGIN PASSWORD '$verifier';
SQL
table
row "activations, 16 callers" "$ours /s" "$rate /s (CREATE ROLE)"

# --- Many grants at once ----------------------------------------------------------------------------------

# Gives so many grants for at most so many seconds, and holds jitd from before the first of them is
# over until after the last.
give_and_hold() {
  local end=$(($(date +%s) + $2))
  given=$(bench grant "$socket" "$work/tokens" "$1" "$end" "$work/accounts")
  [ -z "${3:-}" ] || "$3"
  newest=$(ledger "SELECT max(seq) FROM entries")
  kill -STOP "$jitd_pid"
  (($(date +%s) < end)) || give_up "the grants were over before jitd was held"
  sleep $((end + 2 - $(date +%s)))
}

ledger() { sqlite3 -cmd '.timeout 5000' "file:$work/state/ledger.sqlite?mode=ro" "$1"; }
# Of what has ended since jitd was held.
ended() {
  ledger "SELECT $1 FROM entries WHERE kind = 'grant.ended' AND seq > $newest
            AND json_extract(CAST(body AS TEXT), '\$.data.receipt.verified')"
}
# Each of them is two entries at least, which is cheaper to see.
all_have_ended() {
  (($(ledger "SELECT max(seq) FROM entries") >= newest + 2 * $1)) &&
    [ "$(ended 'count(*)')" = "$1" ]
}

# To ask takes as long again as to activate, at the most.
give_and_hold "$grants" $((10 + grants * 2 / ours))
row "$grants asked for and activated" "$given /s" "$rate /s (CREATE ROLE)"
bench calls "$socket" "$work/callers" "$work/over" >"$work/calls" &
calls=$!
begin=$(now_ms)
kill -CONT "$jitd_pid"
wait_for 300 all_have_ended "$grants" || give_up "only $(ended 'count(*)') of $grants have ended"
touch "$work/over"
wait "$calls"
ours=$(($(ended "CAST(round(1000 * (julianday(max(at)) - 2440587.5) * 86400) AS INTEGER)") - begin))
[ "$(sql -d bench -c "SELECT rolname FROM pg_roles" | sort |
  join - <(cut -d' ' -f1 "$work/accounts" | sort) | wc -l)" = 0 ] ||
  give_up "there are roles whose receipts say that they are gone"

sql -d bench <<SQL
DO \$\$ BEGIN
  FOR client IN 0..7 LOOP FOR n IN 1..$((grants / 8)) LOOP
    EXECUTE format('CREATE ROLE gone_%s LOGIN IN ROLE bench_read', client * 1000000 + n);
    EXECUTE format('COMMENT ON ROLE gone_%s IS ''plain''', client * 1000000 + n);
  END LOOP; END LOOP;
END \$\$;
SQL
plain -c 8 -j 2 -t $((grants / 8)) -D n=0 <<SQL
\set n :n + 1
\set role :client_id * 1000000 + :n
ALTER ROLE gone_:role NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity';
DROP ROLE gone_:role;
SQL
row "$grants grants until all are gone" "$ours ms" "$((grants * 1000 / rate)) ms (fence, drop)"
read -r reads50 reads99 writes50 writes99 count <"$work/calls"
row "reads meanwhile, p50" "$reads50 ms" "50 ms (aim)"
row "reads meanwhile, p99" "$reads99 ms" "50 ms (aim)"
row "writes meanwhile, p50" "$writes50 ms" "50 ms (aim)"
row "writes meanwhile, p99 ($count calls)" "$writes99 ms" "50 ms (aim)"

# --- Many sessions at once --------------------------------------------------------------------------------

open_sessions() {
  bench sessions "$port" "$work/accounts" >"$work/sessions" &
  holder=$!
  wait_for 60 grep -q open "$work/sessions" || give_up "the sessions are not open"
}

give_and_hold "$sessions" $((10 + sessions / 40)) open_sessions
begin=$(now_ms)
kill -CONT "$jitd_pid"
wait "$holder"
ours=$(($(tail -n 1 "$work/sessions") - begin))
wait_for 60 all_have_ended "$sessions" || give_up "only $(ended 'count(*)') of $sessions have ended"

sql -d bench <<SQL >/dev/null
DO \$\$ BEGIN
  FOR n IN 1..$sessions LOOP
    EXECUTE format('CREATE ROLE open_%s LOGIN PASSWORD ''open'' IN ROLE bench_read', n);
  END LOOP;
END \$\$;
SQL
seq -f 'open_%g open' 1 "$sessions" >"$work/accounts"
open_sessions
begin=$(now_ms)
sql -d bench <<SQL >/dev/null
DO \$\$ BEGIN
  FOR n IN 1..$sessions LOOP EXECUTE format('ALTER ROLE open_%s NOLOGIN', n); END LOOP;
END \$\$;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'open\_%';
SQL
wait "$holder"
row "$sessions sessions until all have ended" "$ours ms" "$(($(tail -n 1 "$work/sessions") - begin)) ms (superuser)"
