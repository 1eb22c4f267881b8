#!/usr/bin/env bash
# How long one message takes when smppd has nothing else to do: from the HTTP request to the 202 and
# to the submit_sm at the carrier, beside one write and fdatasync of a page on the same disk. The
# last line is key=value figures.
#   tests/bench/latency.sh [--count N] [--interval MS] [--build DIR] [--folder DIR]
# Fails where a message is not accepted, or not submitted.
source "$(dirname "$0")/bench.sh"

count=2000 interval=20
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;; --interval) interval=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
binds=1
write_configuration
add_account bench
key=$(add_key bench)
start_smppd
before=$(cpu "$daemon")
python3 tests/bench/latency.py "$http" "$key" "$carrier" "$folder" "$count" "$interval" \
  >"$folder/latency.log"
of() { value "$1" "$folder/latency.log"; }
echo "messages=$count interval_ms=$interval" \
  "cpu_seconds_per_100k=$(per_100k "$before" "$(cpu "$daemon")" "$count")" \
  "peak_memory_kib=$(memory_kib "$daemon") $(cat "$folder/latency.log")" \
  "answer_p99_less_fsync_us=$(($(of answer_p99_us) - $(of fsync_p99_us)))" \
  "submit_p99_less_fsync_us=$(($(of submit_p99_us) - $(of fsync_p99_us)))"
