#!/usr/bin/env bash
# The whole path, durable: esme_load -> smppd -> smsc_sim, with a receipt back for every message.
# Prints what smppd does per second, what it costs, and how that compares with SQLite alone writing
# the same rows in the same run. The last line is key=value figures.
#   tests/bench/path.sh [--count N] [--rate PER_SECOND] [--binds N] [--window N]
#                       [--receipt-delay MS] [--receipt-jitter MS] [--receipts-in-memory N]
#                       [--build DIR] [--folder DIR] [--callgrind FILE]
# Receipts come after the delay and up to the jitter more, by chance: in random order. smppd
# remembers 250 000 of them unless told otherwise; the rest it reads from its store. While the first
# are on their way, and once the last message is sent, smppd has less to do for each message at a
# time: steady_... is what it needs between these two.
# With --callgrind smppd runs under valgrind, which counts instructions: the same every time, on
# any machine. Only they mean something then, and 20 000 messages are enough.
source "$(dirname "$0")/bench.sh"

window=500
count=500000 rate=0 receipt_delay=0 receipt_jitter=0 in_memory=250000 callgrind=
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;; --rate) rate=$2 ;; --binds) binds=$2 ;; --window) window=$2 ;;
    --receipt-delay) receipt_delay=$2 ;; --receipt-jitter) receipt_jitter=$2 ;;
    --receipts-in-memory) in_memory=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    --callgrind) callgrind=$(realpath "$2") ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
write_configuration
printf '[limits]\nreceipts_memory_max = %d\n' "$in_memory" >>"$folder/smppd.toml"
add_account bench
add_login bench load
loopback=$(loopback_smpp)
start_carrier carrier "$carrier" --receipt-delay "$receipt_delay" \
  --receipt-jitter "$receipt_jitter"
under=()
[ -z "$callgrind" ] ||
  under=(valgrind --tool=callgrind --separate-threads=yes "--callgrind-out-file=$callgrind")
start_smppd "${under[@]}"
before=$(cpu "$daemon")
began=$EPOCHREALTIME
limit=()
[ "$rate" = 0 ] || limit=(--rate "$rate")
watch_progress() {
  while sleep 1; do
    echo "$EPOCHREALTIME $(cpu "$daemon") $(tail -n 1 "$folder/load.log" | tr -dc '0-9 ')"
  done >"$folder/samples.log" 2>/dev/null
}
watch_progress &
pids+=($!)
"$build/examples/esme_load" --connect "127.0.0.1:$smpp" --system-id load --password secret \
  --binds "$binds" --window "$window" --count "$count" --receipts "${limit[@]}" |
  tee "$folder/load.log" | sed '$d'
ended=$EPOCHREALTIME
kill "${pids[-1]}"
after=$(cpu "$daemon")
memory=$(memory_kib "$daemon")
commits=$(metric smppd_commit_batch_size_count)
changes=$(metric smppd_commit_batch_size_sum)
stop "$daemon"
raw_rows=$(raw_rows "$(divide "$changes" "$commits" 0)")

# Of samples: when, CPU-seconds, sent, answered, receipts.
steady=$(awk -v began="$began" -v late=$((receipt_delay + receipt_jitter)) -v count="$count" '
  $1 < began + 1 + late / 1000 || $3 >= count { next }
  !first { first = $1; cpu = $2; sent = $3; receipts = $5 }
  { seconds = $1 - first; used = $2 - cpu; done = ($3 - sent + $5 - receipts) / 2 }
  END { if (done > 0) printf "steady_per_second=%.0f steady_cpu_seconds_per_100k=%.2f",
                             done / seconds, used / done * 1e5 }' "$folder/samples.log")

of() { value "$1" "$folder/load.log"; }
awk -v count="$count" -v began="$began" -v ended="$ended" -v before="$before" -v after="$after" \
  -v memory="$memory" -v commits="$commits" -v changes="$changes" \
  -v raw="$raw_rows" -v loopback="$loopback" -v receipts="$(of receipts)" \
  -v p50="$(of submit_p50_us)" -v p99="$(of submit_p99_us)" \
  -v r50="$(of receipt_p50_us)" -v r99="$(of receipt_p99_us)" -v steady="$steady" '
  BEGIN {
    seconds = ended - began; cpu = after - before; rows = changes / seconds
    printf "%d messages with %d receipts in %.1f s, from first submit to last receipt\n",
      count, receipts, seconds
    printf "smppd: %.2f CPU-seconds per 100 000, %d MiB at most, %.0f changes a commit\n",
      cpu / count * 100000, memory / 1024, changes / commits
    printf "%.0f row changes/s; SQLite alone %.0f rows/s\n", rows, raw
    printf "without smppd between them, load and carrier do %d messages/s\n", loopback
    printf "messages=%d per_second=%.0f cpu_seconds_per_100k=%.2f peak_memory_kib=%d ",
      count, count / seconds, cpu / count * 100000, memory
    if (steady != "") printf "%s ", steady
    printf "submit_p50_us=%d submit_p99_us=%d receipt_p50_us=%d receipt_p99_us=%d ",
      p50, p99, r50, r99
    printf "rows_per_second=%.0f raw_rows_per_second=%.0f ratio_to_raw_sqlite=%.3f ",
      rows, raw, rows / raw
    printf "loopback_per_second=%d ratio_to_loopback=%.3f\n",
      loopback, count / seconds / loopback
  }'
