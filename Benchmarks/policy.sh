#!/usr/bin/env bash
# A large policy: ENTITLEMENTS (1,000) for 5,000 people on 2,000 databases. How long `jit policy check`
# takes for it, and how long the broker's core takes to decide about a request under it.
set -euo pipefail
cd "$(dirname "$0")"
. lib/stage.sh

entitlements=${ENTITLEMENTS:-1000}
mkdir "$work/policies"
python3 - "$work/policies" "$entitlements" <<'PYTHON'
import hashlib, os, sys
folder, count = sys.argv[1], int(sys.argv[2])
people, databases, team = 5000, 2000, 50
teams = people // team

def write(name, key, lines):
    with open(os.path.join(folder, name + ".yaml"), "w") as file:
        file.write(key + ":\n" + "".join(f"  {line}\n" for line in lines))

# Names that nobody takes for each other.
def database(number):
    return hashlib.sha256(str(number).encode()).hexdigest()[:12] + ("_PROD" if number % 2 else "_TEST")

write("people", "groups", (
    f"team-{t}: {{ members: [{', '.join(f'person{t * team + m}' for m in range(team))}] }}"
    for t in range(teams)))
write("roles", "roles", (
    f"{role}: {{ postgresql: {{ member_of: [app_{role}] }} }}" for role in ("read", "write")))
write("naming", "naming", ['production: "_PROD$"', 'testing: "_TEST$"'])
write("times", "windows", [
    "office-hours: { days: [mon, tue, wed, thu, fri], from: 09:00, to: 17:00 }"])
for part in range(0, databases, 500):
    write(f"databases-{part}", "databases", (
        f"{database(n)}: {{ uid: db-{n}, environment: {'production' if n % 2 else 'testing'}, "
        f"engine: postgresql, connection: {{ host: db{n}.internal, dbname: app }}, "
        f"admin: {{ user: jit_broker, password: \"credential:db-{n}\" }} }}"
        for n in range(part, part + 500)))
write("entitlements", "entitlements", (
    f"rule-{n}: {{ requesters: [team-{n % teams}, person{(n * 7) % people}], "
    f"databases: [{database(2 * n % databases)}, {database((2 * n + 1) % databases)}], "
    f"roles: [read, write], max_duration: {n // teams + 1}h, "
    'reason: { pattern: "(INC|CHG)-[0-9]+" }, '
    f"review: [{{ from: team-{(n + 1) % teams} }}, "
    f"{{ from: team-{(n + 2) % teams}, when: {{ outside: [office-hours] }} }}] }}"
    for n in range(count)))
PYTHON

"$bin/jit" policy check "$work/policies" 2>/dev/null >/dev/null || give_up "the policy has errors"
table
measure "$bin/jit" policy check "$work/policies"
row "policy check, $entitlements entitlements" "$took s" "1 s (aim)"
row "memory of policy check" "$peak MB" "100 MB (aim)"
"$bin/PolicyBench" "$work/policies" 5000 >"$work/decisions"
for p in 50 99 100; do
  what="decision, p$p"
  [ $p != 100 ] || what="decision, longest"
  row "$what" "$(percentile $p <"$work/decisions") µs" "1000 µs (aim)"
done
