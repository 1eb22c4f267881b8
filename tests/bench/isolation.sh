#!/usr/bin/env bash
# Nobody delays anybody else: the rate of healthy traffic beside a carrier that never answers, a
# webhook that never answers and an ESME that does not read, each of which is to get `side` messages
# a second; and the rate beside the same traffic to peers that do answer. The last line is
# key=value.
#   tests/bench/isolation.sh [--count N] [--side PER_SECOND] [--build DIR] [--folder DIR]
# Healthy traffic is `count` messages over SMPP with receipts, then half as many over HTTP with
# webhooks, both at the limit. Fails where any of its messages, receipts or webhooks is missing.
source "$(dirname "$0")/bench.sh"

count=200000 side=300
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;; --side) side=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
control=$(free_port) other_carrier=$(free_port) other_sink=$(free_port)
complete=0

configure() {
  rm -f "$folder"/smppd.db*
  write_configuration
  cat >>"$folder/smppd.toml" <<END
[[carrier]]
name = "other"
host = "127.0.0.1"
port = $other_carrier
system_id = "smppd"
password = "secret"
window = 50
[[route]]
prefix = "999"
carriers = ["other"]
[[inbound]]
account = "other"
END
  add_account healthy
  add_login healthy load
  add_account other
  add_login other receiver
  write_send_request "$folder/healthy.request" "$(add_key healthy)" "http://127.0.0.1:$sink/healthy"
  other_key=$(add_key other)
  write_send_request "$folder/to_carrier.request" "$other_key" "http://127.0.0.1:$other_sink/" +999
  write_send_request "$folder/to_webhook.request" "$other_key" "http://127.0.0.1:$other_sink/"
  echo "mo 479{n} 2400 hello {n}" >"$folder/to_esme.request"
}
# start_side NAME PORT [OPTION...]: messages until they are stopped.
start_side() {
  start "$1" "$build/tests/bench/http_load" --connect "$2" --request "$folder/$1.request" \
    --rate "$side" --count $((side * 3600)) --connections 4 "${@:3}"
  sides+=("$started")
}
# run NAME ANSWERS_OF_CARRIER_ESME_AND_WEBHOOK: measures the healthy traffic.
run() {
  local name=$1 carrier_option=$2 manner=$3 webhook_option=$4 began changed used status=0
  sides=()
  configure
  start_carrier "carrier_$name" "$carrier" --control "127.0.0.1:$control"
  sides+=("$started")
  start_carrier "other_carrier_$name" "$other_carrier" $carrier_option
  sides+=("$started")
  start_smppd
  await_binds
  start "receiver_$name" python3 tests/bench/receiver.py "$smpp" receiver "$manner"
  sides+=("$started")
  start "sink_$name" "$build/tests/bench/http_load" --sink "$other_sink" --marker '"client_ref":"' \
    --count $((side * 3600)) $webhook_option
  sides+=("$started")
  await_port "$other_sink"
  start_side to_carrier "$http"
  start_side to_webhook "$http"
  start_side to_esme "$control" --lines
  sleep 10  # what is stuck has filled its windows
  changed=$(changes) used=$(cpu "$daemon") began=$EPOCHREALTIME
  "$build/examples/esme_load" --connect "127.0.0.1:$smpp" --system-id load --password secret \
    --binds "$binds" --window "$window" --count "$count" --receipts --quiet \
    >"$folder/smpp_$name.log" || status=1
  smpp_rate=$(divide "$count" "$(seconds_since "$began")" 0)
  smpp_cpu=$(per_100k "$used" "$(cpu "$daemon")" "$count")
  to_raw=$(ratio_to_raw "$changed" "$began") used=$(cpu "$daemon")
  "$build/tests/bench/http_load" --connect "$http" --request "$folder/healthy.request" \
    --count $((count / 2)) --connections 64 --sink "$sink" --marker '"client_ref":"' \
    >"$folder/http_$name.log" || status=1
  http_rate=$(value per_second "$folder/http_$name.log")
  add "${name}_smpp_per_second" "$smpp_rate"
  add "${name}_smpp_cpu_seconds_per_100k" "$smpp_cpu"
  add "${name}_smpp_ratio_to_raw_sqlite" "$to_raw"
  add "${name}_smpp_ratio_to_loopback" "$(divide "$smpp_rate" "$loopback")"
  add "${name}_smpp_receipt_p99_us" "$(value receipt_p99_us "$folder/smpp_$name.log")"
  add "${name}_http_per_second" "$http_rate"
  add "${name}_http_cpu_seconds_per_100k" "$(per_100k "$used" "$(cpu "$daemon")" $((count / 2)))"
  add "${name}_http_answer_p99_us" "$(value answer_p99_us "$folder/http_$name.log")"
  add "${name}_waiting" "$(metric 'smppd_queue_depth{carrier="other"}')"
  add "${name}_peak_memory_kib" "$(memory_kib "$daemon")"
  [ $status = 0 ] || { complete=1 && tail -n 1 "$folder"/{smpp,http}_"$name.log" >&2; }
  for each in "${sides[@]}" "$daemon"; do stop "$each"; done
}

raw=$(raw_rows)
loopback=$(loopback_smpp)
say "everybody answers ..."
run well "" answers ""
well_smpp=$smpp_rate well_http=$http_rate
say "a carrier and a webhook never answer, an ESME does not read ..."
run trouble "--ignore-every 1" deaf "--mute"
echo "messages=$count side_per_second=$side raw_rows_per_second=$raw" \
  "loopback_per_second=$loopback $figures" \
  "smpp_ratio=$(divide "$smpp_rate" "$well_smpp") http_ratio=$(divide "$http_rate" "$well_http")"
exit $complete
