#!/usr/bin/env bash
# Many messages that are due at one instant, for a carrier with a rate; and beside them, one by one,
# messages for another carrier. The last line is key=value: how long the many took to leave (their
# number by the rate), and the responses to the others before and after the instant.
#   tests/bench/scheduled.sh [--count N] [--rate PER_SECOND] [--interval MS] [--build DIR]
#                            [--folder DIR]
# Fails where one is refused, or not submitted.
source "$(dirname "$0")/bench.sh"

count=100000 rate=5000 interval=20
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;; --rate) rate=$2 ;; --interval) interval=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
control=$(free_port) limited=$(free_port)
write_configuration
cat >>"$folder/smppd.toml" <<END
[[carrier]]
name = "limited"
host = "127.0.0.1"
port = $limited
system_id = "smppd"
password = "secret"
rate = $rate
window = 100
[[route]]
prefix = "46"
carriers = ["limited"]
END
add_account bench
add_login bench load
start_carrier carrier "$carrier"
start_carrier limited "$limited" --control "127.0.0.1:$control"
start_smppd
before=$(cpu "$daemon")
python3 tests/bench/scheduled.py "$smpp" "$control" "$count" "$interval" >"$folder/load.log"
echo "cpu_seconds_per_100k=$(per_100k "$before" "$(cpu "$daemon")" "$count")" \
  "peak_memory_kib=$(memory_kib "$daemon") rate=$rate $(tail -n 1 "$folder/load.log")"
