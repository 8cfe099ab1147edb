#!/usr/bin/env bash
# How long sessions outlive their grants: from the moment at which a grant had to be over until the
# fence and zero sessions were observed, by the receipts. GRANTS (50) grants are activated as fast as
# their holders come, each holds a session open, and so all of them end in as short a time.
#
# Beside it stand the aim, and a shell loop that ends as many roles, due at the same moments, one
# after the other with psql. The loop counts as done when it has told the sessions to end: it does
# not look whether they did.
set -euo pipefail
cd "$(dirname "$0")"
. lib/stage.sh

grants=${GRANTS:-50}
# Long enough for all sessions to be open before the first grant ends.
seconds=$((15 + grants / 5))

start_bench

# --- Ours ---------------------------------------------------------------------------------------------

ask() {
  "$bin/jit" request --db bench --role read --for "${seconds}s" --no-wait -o json |
    sed -n 's/^  "id": "\(.*\)",$/\1/p'
}

# One line for each grant that has ended: when it was due, its overrun, how many sessions it had.
receipts() {
  "$bin/jit" grants --all -o json | python3 -c '
import json, sys
for request in json.load(sys.stdin):
    grant = request["grant"]
    if grant["state"] == "ended" and grant["receipt"]["verified"]:
        print(grant["expires_at"], grant["receipt"]["overrun_ms"], grant["receipt"]["sessions_ended"])
'
}

open_sessions() { sql -d bench -c "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'jit\\_%' AND usename <> 'jit_broker'"; }
all_are_open() { [ "$(open_sessions)" = "$grants" ]; }
all_have_ended() { [ "$(receipts | wc -l)" = "$grants" ]; }

for ((i = 0; i < grants; i++)); do ids[i]=$(ask); done
for id in "${ids[@]}"; do
  "$bin/jit" connect "$id" -- -c "SELECT pg_sleep(3600)" >>"$work/sessions" 2>&1 &
done
wait_for "$seconds" all_are_open || give_up "only $(open_sessions) sessions of $grants are open"
wait_for $((seconds + 60)) all_have_ended || give_up "only $(receipts | wc -l) grants of $grants have ended"

receipts | sort >"$work/receipts"
[ "$(awk '$3 != 1' "$work/receipts" | wc -l)" = 0 ] || give_up "a grant had not its one session"
awk '{ print $2 }' "$work/receipts" >"$work/ours"

# --- A shell loop ---------------------------------------------------------------------------------------

# When each was due, in milliseconds after the first one.
python3 - "$work/receipts" >"$work/offsets" <<'PYTHON'
import sys
from datetime import datetime
due = [datetime.fromisoformat(line.split()[0].replace("Z", "+00:00")) for line in open(sys.argv[1])]
for moment in due:
    print(round((moment - due[0]).total_seconds() * 1000))
PYTHON

for ((i = 0; i < grants; i++)); do
  sql -d bench -c "CREATE ROLE naive_$i LOGIN PASSWORD 'naive'; GRANT bench_read TO naive_$i"
  PGPASSWORD=naive "$pg/psql" -qX -h 127.0.0.1 -p "$port" -U "naive_$i" -d bench \
    -c "SELECT pg_sleep(3600)" >>"$work/sessions" 2>&1 &
done
naive_sessions() { sql -d bench -c "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'naive\\_%'"; }
naive_are_open() { [ "$(naive_sessions)" = "$grants" ]; }
wait_for 60 naive_are_open || give_up "only $(naive_sessions) sessions of $grants are open"

mapfile -t offsets <"$work/offsets"
start=$(now_ms)
for ((i = 0; i < grants; i++)); do
  due=$((start + offsets[i]))
  early=$((due - $(now_ms)))
  ((early <= 0)) || sleep "$(printf '%d.%03d' $((early / 1000)) $((early % 1000)))"
  sql -d bench -c "ALTER ROLE naive_$i NOLOGIN" \
    -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'naive_$i'" \
    >/dev/null
  echo $(($(now_ms) - due)) >>"$work/naive"
  sql -d bench -c "DROP ROLE naive_$i"
done

# --- The table --------------------------------------------------------------------------------------------

echo "$grants grants with a session each, all due within ${offsets[-1]} ms"
table
for p in 50 99 100; do
  what="overrun, p$p"
  [ $p != 100 ] || what="overrun, longest"
  row "$what" "$(percentile $p <"$work/ours") ms" "$(percentile $p <"$work/naive") ms (psql loop)"
done
row "overrun, p99" "$(percentile 99 <"$work/ours") ms" "250 ms (aim)"
