#!/usr/bin/env bash
# The ledger: durable appends beside plain commits of SQLite; and with ENTRIES (1,000,000) entries how
# long a start, an export and a verification take, and how much memory they need at most.
set -euo pipefail
cd "$(dirname "$0")"
. lib/stage.sh

entries=${ENTRIES:-1000000}
seconds=5

# --- Appends ------------------------------------------------------------------------------------------

plain=$("$bin/LedgerBench" plain "$work" "$seconds")
ours=$("$bin/LedgerBench" append "$work/append" 64 "$seconds")
table
row "durable appends, 64 writers" "$ours /s" "$plain /s (plain commits)"

# --- Many entries ---------------------------------------------------------------------------------------

"$bin/LedgerBench" fill "$work/state" "$entries"
begin=$(now_ms)
start_broker <<YAML
groups:
  auditors: { members: [$(id -un)] }
authorities:
  audit: [auditors]
YAML
row "ready with $entries entries" "$(($(now_ms) - begin)) ms" "1000 ms (aim)"

measure "$bin/jit" audit export --format jsonl
exported=$took exporter=$peak
measure sqlite3 "file:$work/state/ledger.sqlite?mode=ro" \
  "SELECT CAST(body AS TEXT) FROM entries ORDER BY seq"
row "export of $entries entries" "$exported s" "$took s (sqlite3)"

"$bin/jit" audit export --bundle "$work/bundle" 2>/dev/null >/dev/null
measure "$bin/jit" audit verify "$work/bundle"
verified=$took verifier=$peak
measure openssl dgst -sha256 "$work/bundle/entries.jsonl"
row "verification of the bundle" "$verified s" "$took s (openssl dgst)"

broker=$(awk '/^VmHWM/ { printf "%d", $2 / 1024 }' "/proc/$jitd_pid/status")
row "memory of jitd" "$broker MB" "100 MB (aim)"
row "memory of the export" "$exporter MB" "100 MB (aim)"
row "memory of the verification" "$verifier MB" "100 MB (aim)"
