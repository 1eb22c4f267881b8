#!/usr/bin/env bash
# The whole path, durable: esme_load -> smppd -> smsc_sim, with a receipt back for every message.
# Prints what smppd does per second, what it costs, and how that compares with SQLite alone writing
# the same rows in the same run. The last line is key=value figures.
#   tests/bench/path.sh [--count N] [--rate PER_SECOND] [--binds N] [--window N]
#                       [--receipt-delay MS] [--receipt-jitter MS] [--receipts-in-memory N]
#                       [--build DIR] [--callgrind FILE]
# Receipts come after the delay and up to the jitter more, by chance: in random order. smppd
# remembers 250 000 of them unless told otherwise; the rest it reads from its store.
# With --callgrind smppd runs under valgrind, which counts instructions: the same every time, on
# any machine. Only they mean something then, and 20 000 messages are enough.
set -euo pipefail
cd "$(dirname "$0")/../.."

count=500000 rate=0 binds=4 window=250 receipt_delay=0 receipt_jitter=0 in_memory=250000 build=build/release callgrind=
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;; --rate) rate=$2 ;; --binds) binds=$2 ;; --window) window=$2 ;;
    --receipt-delay) receipt_delay=$2 ;; --receipt-jitter) receipt_jitter=$2 ;;
    --receipts-in-memory) in_memory=$2 ;; --build) build=$2 ;;
    --callgrind) callgrind=$(realpath "$2") ;;
    *) echo "path.sh: $1 is not an option; see the head of this file" >&2; exit 2 ;;
  esac
  shift 2
done
build=$(realpath "$build")
folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

free_port() {
  local port
  while port=$((20000 + RANDOM)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
await_port() {
  for _ in $(seq 200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.05
  done
  echo "nobody listens on port $1; the log says:" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

carrier=$(free_port) smpp=$(free_port) admin=$(free_port)
cat >"$folder/smppd.toml" <<END
[store]
path = "$folder/smppd.db"
[http]
enabled = false
[admin]
listen = "127.0.0.1:$admin"
[smpp]
listen = "127.0.0.1:$smpp"
window = 1000
[limits]
receipts_memory_max = $in_memory
[[carrier]]
name = "simulated"
host = "127.0.0.1"
port = $carrier
system_id = "smppd"
password = "secret"
binds = $binds
window = $window
[[route]]
prefix = ""
carriers = ["simulated"]
END
smppd=$build/daemon/smppd
"$smppd" account add bench --config "$folder/smppd.toml" >/dev/null 2>&1
echo secret | "$smppd" login add --account bench --system-id load \
  --config "$folder/smppd.toml" >/dev/null 2>&1

echo "SQLite alone, the same rows in the same commits ..."
raw=$("$build/tests/bench/store_bench" raw 200000 | tail -n 1)
raw_rows=$(tr ' ' '\n' <<<"$raw" | sed -n 's/^raw_rows_per_second=//p')

"$build/examples/smsc_sim" --listen "127.0.0.1:$carrier" --window 1000 \
  --receipt-delay "$receipt_delay" --receipt-jitter "$receipt_jitter" >"$folder/carrier.log" 2>&1 &
pids+=($!)
await_port "$carrier"
under=()
[ -z "$callgrind" ] ||
  under=(valgrind --tool=callgrind --separate-threads=yes "--callgrind-out-file=$callgrind")
"${under[@]}" "$smppd" run --config "$folder/smppd.toml" >"$folder/smppd.log" 2>&1 &
daemon=$!
pids+=($daemon)
await_port "$smpp"

ticks() { awk '{print $14 + $15}' "/proc/$daemon/stat"; }
metric() { curl -fsS "http://127.0.0.1:$admin/metrics" | awk -v n="$1" '$1 == n {print $2}'; }
before=$(ticks)
began=$(date +%s.%N)
limit=()
[ "$rate" = 0 ] || limit=(--rate "$rate")
"$build/examples/esme_load" --connect "127.0.0.1:$smpp" --system-id load --password secret \
  --binds "$binds" --window "$window" --count "$count" --receipts "${limit[@]}" |
  tee "$folder/load.log" | sed '$d'
ended=$(date +%s.%N)
after=$(ticks)
memory=$(awk '/VmHWM/ {print $2}' "/proc/$daemon/status")
commits=$(metric smppd_commit_batch_size_count)
changes=$(metric smppd_commit_batch_size_sum)

load=$(tail -n 1 "$folder/load.log")
value() { tr ' ' '\n' <<<"$load" | sed -n "s/^$1=//p"; }
awk -v count="$count" -v began="$began" -v ended="$ended" -v ticks="$((after - before))" \
  -v hz="$(getconf CLK_TCK)" -v memory="$memory" -v commits="$commits" -v changes="$changes" \
  -v raw="$raw_rows" -v receipts="$(value receipts)" \
  -v p50="$(value submit_p50_us)" -v p99="$(value submit_p99_us)" \
  -v r50="$(value receipt_p50_us)" -v r99="$(value receipt_p99_us)" '
  BEGIN {
    seconds = ended - began; cpu = ticks / hz; rows = changes / seconds
    printf "%d messages with %d receipts in %.1f s, from first submit to last receipt\n",
      count, receipts, seconds
    printf "smppd: %.2f CPU-seconds per 100 000, %d MiB at most, %.0f changes a commit\n",
      cpu / count * 100000, memory / 1024, changes / commits
    printf "%.0f row changes/s; SQLite alone %.0f rows/s\n", rows, raw
    printf "messages=%d per_second=%.0f cpu_seconds_per_100k=%.2f peak_memory_kib=%d ",
      count, count / seconds, cpu / count * 100000, memory
    printf "submit_p50_us=%d submit_p99_us=%d receipt_p50_us=%d receipt_p99_us=%d ",
      p50, p99, r50, r99
    printf "rows_per_second=%.0f raw_rows_per_second=%.0f ratio_to_raw_sqlite=%.3f\n",
      rows, raw, rows / raw
  }'
