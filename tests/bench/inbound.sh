#!/usr/bin/env bash
# Inbound messages: smsc_sim -> smppd -> a webhook for each. The last line is key=value figures.
#   tests/bench/inbound.sh [--count N] [--rate PER_SECOND] [--webhooks N] [--binds N] [--window N]
#                          [--build DIR] [--folder DIR] [--perf FILE]
# --webhooks is how many requests smppd may have at the web server at once; its connections should
# not be more. Fails where a webhook is missing.
source "$(dirname "$0")/bench.sh"

count=200000 rate=0 perf=
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;; --rate) rate=$2 ;; --webhooks) webhooks=$2 ;;
    --binds) binds=$2 ;; --window) window=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;; --perf) perf=$(realpath "$2") ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
control=$(free_port)
write_configuration
add_account bench
key=$(add_key bench)
loopback=$(loopback_http)
start_carrier carrier "$carrier" --control "127.0.0.1:$control"
await_port "$control"
start_smppd
add_keyword "$key" BENCH "http://127.0.0.1:$sink/inbound"
await_binds
[ -z "$perf" ] || start perf perf record -q -g -p "$daemon" -o "$perf"

echo "mo 479{n} 2400 BENCH {n}" >"$folder/mo.request"
complete=0
before=$(cpu "$daemon")
"$build/tests/bench/http_load" --lines --connect "$control" --request "$folder/mo.request" \
  --count "$count" --rate "$rate" --connections 16 --sink "$sink" --marker '"remainder":"' \
  >"$folder/load.log" || complete=1
cpu_seconds=$(per_100k "$before" "$(cpu "$daemon")" "$count")
memory=$(memory_kib "$daemon")
changes=$(metric smppd_commit_batch_size_sum) commits=$(metric smppd_commit_batch_size_count)
[ -z "$perf" ] || stop "$started"
stop "$daemon"
raw=$(raw_rows "$(divide "$changes" "$commits" 0)")

of() { value "$1" "$folder/load.log"; }
rows=$(divide "$changes" "$(of seconds)" 0)
echo "smppd: $(of per_second) inbound messages/s, $cpu_seconds CPU-seconds per 100 000," \
  "$((memory / 1024)) MiB; $(of webhooks) webhooks over $(of webhook_connections) connections"
[ $complete = 0 ] || say "something is missing: $(tail -n 1 "$folder/load.log")"
echo "messages=$count per_second=$(of per_second) cpu_seconds_per_100k=$cpu_seconds" \
  "peak_memory_kib=$memory webhook_connections=$(of webhook_connections)" \
  "webhook_p50_us=$(of webhook_p50_us) webhook_p99_us=$(of webhook_p99_us)" \
  "webhook_p999_us=$(of webhook_p999_us) repeated=$(of repeated) rows_per_second=$rows" \
  "raw_rows_per_second=$raw ratio_to_raw_sqlite=$(divide "$rows" "$raw")" \
  "loopback_requests_per_second=$loopback" \
  "ratio_to_loopback=$(divide "$(of per_second)" "$loopback")"
exit $complete
