#!/usr/bin/env bash
# What a long history costs: the whole path with an empty store and with a full one, with retention
# deleting beside it, and a start with millions of messages that wait. The last line is key=value.
#   tests/bench/history.sh [--history N] [--awaiting N] [--queued N] [--parked N] [--count N]
#                          [--rate PER_SECOND] [--build DIR] [--folder DIR]
# The full store holds `history` messages that were sent ten days ago, `awaiting` of them without a
# receipt, and `queued` messages for a carrier that is away. The start has `parked` messages for a
# carrier that is there. The store takes 350 octets for each: the defaults need 8 GB in the folder.
source "$(dirname "$0")/bench.sh"

history=10000000 awaiting=5000000 queued=1000000 parked=10000000 count=300000 rate=20000
place=/var/tmp
while [ $# -gt 0 ]; do
  case $1 in
    --history) history=$2 ;; --awaiting) awaiting=$2 ;; --queued) queued=$2 ;;
    --parked) parked=$2 ;; --count) count=$2 ;; --rate) rate=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
control=$(free_port) complete=0

# new_store: empty, with an account, a login and both carriers.
new_store() {
  rm -f "$folder"/smppd.db*
  write_configuration
  cat >>"$folder/smppd.toml" <<END
[[carrier]]
name = "away"
host = "127.0.0.1"
port = 1
system_id = "smppd"
password = "secret"
[[route]]
prefix = "999"
carriers = ["away"]
[limits]
queued_max = 20000000
END
  add_account bench
  add_login bench load
  start_smppd
  stop "$daemon"  # it has named the carriers
}

# fill FIRST COUNT DAYS_AGO SQL: SQL finds the numbers and ids of as many messages in the table
# `serial`, one message to a millisecond.
fill() {
  local began
  began=$((($(date +%s) - $3 * 86400 - 1704067200) * 1000))  # ids count from 2024 on
  sqlite3 "$folder/smppd.db" >"$folder/fill.log" "
    PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
    CREATE TEMP VIEW serial AS
      WITH RECURSIVE s (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM s WHERE n < $1 + $2 - 1)
      SELECT n, ($began + n) << 22 AS id FROM s;
    BEGIN;
    $4
    INSERT INTO mark SELECT name, (SELECT max(id) + 1 FROM message)
      FROM (SELECT 'young_from' AS name UNION SELECT 'receipts_from')
      WHERE true ON CONFLICT DO UPDATE SET value = excluded.value;
    COMMIT;"
}
# insert_messages CARRIER PREFIX: of the numbers, which leads to the carrier.
insert_messages() {
  echo "INSERT INTO message SELECT id, 0, 1, 1, $1, 1, 0, 0, 0, 1, 1, 0x05000101,
    unixepoch() * 1000 + 86400000, 'Shop', printf('$2%09d', n),
    CAST(printf('Your order %d has been sent. It will be at your door tomorrow.', n) AS BLOB),
    NULL, NULL, NULL FROM serial;"
}
# insert_states STATE: 10 is sent, 20 delivered.
insert_states() {
  echo "INSERT INTO message_state SELECT id, $1, 0, (id >> 22) + 1704067200000,
    (id >> 22) + 1704067200000, 1, 1, 0, printf('%x', id >> 16), NULL FROM serial;"
}
insert_awaited() {
  echo "INSERT INTO awaiting_receipt SELECT 1, printf('%x', id >> 16), id, 1 FROM serial;"
}
insert_parked() { echo "INSERT INTO parked SELECT id, $1, 0, id, 0, 0 FROM serial;"; }

# load NAME [OPTION...]: of an application, with receipts; its last line is in $folder/NAME.log, its
# messages/s until the last receipt in $per_second, its rows/s to those of SQLite alone in $to_raw.
load() {
  local name=$1 changed began
  changed=$(changes) began=$EPOCHREALTIME
  shift
  "$build/examples/esme_load" --connect "127.0.0.1:$smpp" --system-id load --password secret \
    --binds "$binds" --window "$window" --receipts --quiet "$@" >"$folder/$name.log" || complete=1
  per_second=$(divide "$count" "$(seconds_since "$began")" 0)
  to_raw=$(ratio_to_raw "$changed" "$began")
}
# watch_log: the most octets that the write-ahead log has had, every tenth of a second, in
# $folder/wal.
watch_log() {
  local most=0 now
  while sleep 0.1; do
    now=$(stat -c %s "$folder/smppd.db-wal" 2>/dev/null || echo 0)
    [ "$now" -le "$most" ] || { most=$now && echo "$most" >"$folder/wal"; }
  done
}
# measure NAME: the path, flat out and at the rate.
measure() {
  local before
  start_carrier "carrier_$1" "$carrier"
  carrier_process=$started
  start_smppd
  load "$1" --count "$count"
  flat_out=$per_second
  add "$1_per_second" "$flat_out"
  add "$1_ratio_to_raw_sqlite" "$to_raw"
  add "$1_ratio_to_loopback" "$(divide "$flat_out" "$loopback")"
  before=$(cpu "$daemon")
  load "$1_rated" --count "$count" --rate "$rate"
  add "$1_cpu_seconds_per_100k" "$(per_100k "$before" "$(cpu "$daemon")" "$count")"
  for part in p50 p99 p999; do
    add "$1_submit_${part}_us" "$(value submit_${part}_us "$folder/$1_rated.log")"
  done
  add "$1_peak_memory_kib" "$(memory_kib "$daemon")"
}
end_measure() {
  stop "$daemon"
  stop "$carrier_process"
}

raw=$(raw_rows)
loopback=$(loopback_smpp)
say "an empty store ..."
new_store
watch_log &
pids+=($!)
measure empty
empty_per_second=$flat_out
end_measure

say "$history messages of ten days ago, $awaiting of them await a receipt; $queued wait ..."
new_store
fill 1 $((history - awaiting)) 10 "$(insert_messages 1 479) $(insert_states 20)"
fill $((history - awaiting + 1)) "$awaiting" 10 \
  "$(insert_messages 1 479) $(insert_states 10) $(insert_awaited)"
fill 1 "$queued" 1 "$(insert_messages 2 999) $(insert_parked 2)"
ls -lh "$folder/smppd.db" >&2
sync "$folder/smppd.db"  # or the kernel writes it beside what is measured
measure full
end_measure
add wal_octets_max "$(cat "$folder/wal")"
add ratio_to_empty "$(divide "$flat_out" "$empty_per_second")"

say "retention deletes the history; it begins a minute after the start ..."
retention=1d
write_configuration
start_carrier carrier_retention "$carrier"
carrier_process=$started
start_smppd
oldest() { sqlite3 -cmd ".timeout 60000" "$folder/smppd.db" "SELECT min(id) FROM message"; }
first=$(oldest)
for _ in $(seq 600); do [ "$(oldest)" = "$first" ] || break; sleep 0.2; done
[ "$(oldest)" != "$first" ] || { say "retention deletes nothing"; exit 1; }
began=$EPOCHREALTIME from=$(oldest)
load retention --count "$count" --rate "$rate"
to=$(oldest)  # an id to a millisecond
end=$((first + (history << 22)))  # what was there is all gone: the rate is more than is shown
[ "$from" -lt "$end" ] || from=$end
[ "$to" -lt "$end" ] || to=$end
add retention_deleted_per_second "$(divide $(((to - from) >> 22)) "$(seconds_since "$began")" 0)"
for part in p50 p99 p999; do
  add "retention_submit_${part}_us" "$(value submit_${part}_us "$folder/retention.log")"
done
end_measure
retention=90d

say "a start with $parked messages that wait for the carrier ..."
new_store
fill 1 "$parked" 1 "$(insert_messages 1 479) $(insert_parked 1)"
start_carrier carrier_parked "$carrier" --no-receipts --control "127.0.0.1:$control"
carrier_process=$started
await_port "$control"
exec 4<>"/dev/tcp/127.0.0.1/$control"
submits() {
  echo stats >&4 && read -r line <&4 && tr ' ' '\n' <<<"$line" | sed -n 's/^submits=//p'
}
# start_and_time: from the start of the program to the next submit_sm at the carrier.
start_and_time() {
  local began before
  before=$(submits) began=$EPOCHREALTIME
  start smppd "$smppd" run --config "$folder/smppd.toml"
  daemon=$started
  for _ in $(seq 6000); do
    [ "$(submits)" = "$before" ] || break
    sleep 0.01
  done
  [ "$(submits)" != "$before" ] || { say "nothing was submitted in a minute"; exit 1; }
  seconds=$(seconds_since "$began")
}
start_and_time
add first_submit_seconds "$seconds"
add start_memory_kib "$(memory_kib "$daemon")"
began=$EPOCHREALTIME
for _ in $(seq 200); do
  sent=$(submits)
  [ "$sent" -lt $((parked / 2)) ] || break
  sleep 0.1
done
add parked_per_second "$(divide "$sent" "$(seconds_since "$began")" 0)"
add drain_memory_kib "$(memory_kib "$daemon")"
add drain_cpu_seconds_per_100k "$(per_100k 0 "$(cpu "$daemon")" "$sent")"
say "killed in the middle of it, and started again ..."
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
start_and_time
add first_submit_after_kill_seconds "$seconds"
end_measure

echo "history=$history awaiting=$awaiting queued=$queued parked=$parked messages=$count" \
  "rate=$rate raw_rows_per_second=$raw loopback_per_second=$loopback $figures"
[ $complete = 0 ] || say "a message or a receipt is missing"
exit $complete
