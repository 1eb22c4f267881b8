#!/usr/bin/env bash
# One message to a request: http_load -> smppd -> smsc_sim, with a receipt for each message and a
# webhook for each receipt. The last line is key=value figures.
#   tests/bench/http.sh [--count N] [--rate PER_SECOND] [--connections N] [--webhooks N]
#                       [--binds N] [--window N] [--kannel] [--kannel-count N] [--kannel-rate N]
#                       [--build DIR] [--folder DIR] [--perf FILE] [--callgrind FILE]
# --webhooks is how many requests smppd may have at the web server at once. With --kannel the same
# is done with Kannel (bearerbox and smsbox, which do not fsync) afterwards. --perf records where
# smppd's time goes; --callgrind counts its instructions, and then only they mean something.
source "$(dirname "$0")/bench.sh"

count=300000 rate=0 connections=128
kannel=no kannel_count=100000 kannel_rate=0 perf= callgrind=
while [ $# -gt 0 ]; do
  case $1 in
    --kannel) kannel=yes; shift; continue ;;
    --count) count=$2 ;; --rate) rate=$2 ;; --connections) connections=$2 ;;
    --webhooks) webhooks=$2 ;; --binds) binds=$2 ;; --window) window=$2 ;;
    --kannel-count) kannel_count=$2 ;; --kannel-rate) kannel_rate=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    --perf) perf=$(realpath "$2") ;; --callgrind) callgrind=$(realpath "$2") ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin

# http_load NAME COUNT RATE PORT MARKER [OPTION...]: false if something is missing.
http_load() {
  "$build/tests/bench/http_load" --connect "$4" --request "$folder/$1.request" --count "$2" \
    --rate "$3" --connections "$connections" --sink "$sink" --marker "$5" "${@:6}" >"$folder/$1.log"
}

complete=0
write_configuration
add_account bench
write_send_request "$folder/http.request" "$(add_key bench)" "http://127.0.0.1:$sink/receipts"
loopback=$(loopback_http)
start_carrier carrier "$carrier"
under=()
[ -z "$callgrind" ] ||
  under=(valgrind --tool=callgrind --separate-threads=yes "--callgrind-out-file=$callgrind")
start_smppd "${under[@]}"
[ -z "$perf" ] || start perf perf record -q -g -p "$daemon" -o "$perf"
say "smppd ..."
before=$(cpu "$daemon")
http_load http "$count" "$rate" "$http" '"client_ref":"' || complete=1
smppd_cpu=$(per_100k "$before" "$(cpu "$daemon")" "$count")
memory=$(memory_kib "$daemon")
changes=$(metric smppd_commit_batch_size_sum) commits=$(metric smppd_commit_batch_size_count)
[ -z "$perf" ] || stop "$started"
stop "$daemon"
raw=$(raw_rows "$(divide "$changes" "$commits" 0)")

# Kannel: its queue in files, which it does not fsync; receipts as calls of dlr-url.
write_kannel_configuration() {
  cat >"$folder/kannel.conf" <<END
group = core
admin-port = $admin
admin-interface = "127.0.0.1"
admin-password = secret
smsbox-port = $box
smsbox-interface = "127.0.0.1"
dlr-storage = internal
store-type = file
store-location = "$folder/kannel.store"

group = smsc
smsc = smpp
smsc-id = simulated
host = 127.0.0.1
port = $carrier
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
interface-version = 34
max-pending-submits = $window
instances = $binds

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = $box
sendsms-interface = "127.0.0.1"
sendsms-port = $http

group = sendsms-user
username = bench
password = secret
END
}
write_kannel_request() {
  local query="username=bench&password=secret&from=Shop&to=%2B479{n}&dlr-mask=1"
  query+="&text=Your+order+{n}+has+been+sent.+It+will+be+at+your+door+tomorrow."
  query+="&dlr-url=http%3A%2F%2F127.0.0.1%3A$sink%2Freceipts%3Fclient_ref%3D{n}"
  printf 'GET /cgi-bin/sendsms?%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' "$query" \
    >"$folder/kannel.request"
}
run_kannel() {
  local bearerbox smsbox before
  carrier=$(free_port) box=$(free_port) http=$(free_port) admin=$(free_port)
  # It loses receipts that come, on another bind, before it has noted the response.
  start_carrier kannel_carrier "$carrier" --receipt-delay 1000
  write_kannel_configuration
  write_kannel_request
  start bearerbox bearerbox --verbosity 4 "$folder/kannel.conf"
  bearerbox=$started
  await_port "$box"
  start smsbox smsbox --verbosity 4 "$folder/kannel.conf"
  smsbox=$started
  await_port "$http"
  sleep 2  # its binds: until then it would answer 503
  say "Kannel ..."
  before=$(cpu "$bearerbox" "$smsbox")
  http_load kannel "$kannel_count" "$kannel_rate" "$http" client_ref= --idle-timeout 20 || true
  kannel_cpu=$(per_100k "$before" "$(cpu "$bearerbox" "$smsbox")" "$kannel_count")
  kannel_memory=$(memory_kib "$bearerbox" "$smsbox")
  stop "$smsbox"
  stop "$bearerbox"
}
[ $kannel = no ] || run_kannel

of() { value "$1" "$folder/http.log"; }
rows=$(divide "$changes" "$(of seconds)" 0)
echo "smppd: $(of per_second) messages/s, $smppd_cpu CPU-seconds per 100 000," \
  "$((memory / 1024)) MiB, $(divide "$changes" "$commits" 0) changes a commit;" \
  "webhooks over $(of webhook_connections) connections"
add messages "$count"
add per_second "$(of per_second)"
add cpu_seconds_per_100k "$smppd_cpu"
add peak_memory_kib "$memory"
add webhook_connections "$(of webhook_connections)"
add repeated "$(of repeated)"
for part in answer_{p50,p99,p999}_us webhook_{p50,p99,p999}_us; do add $part "$(of $part)"; done
add rows_per_second "$rows"
add raw_rows_per_second "$raw"
add ratio_to_raw_sqlite "$(divide "$rows" "$raw")"
add loopback_requests_per_second "$loopback"
add ratio_to_loopback "$(divide "$((2 * $(of per_second)))" "$loopback")"  # the webhook is another
if [ $kannel = yes ]; then
  of_kannel() { value "$1" "$folder/kannel.log"; }
  missing=$((kannel_count - $(of_kannel webhooks)))
  echo "Kannel: $(of_kannel per_second) messages/s, $kannel_cpu CPU-seconds per 100 000," \
    "$((kannel_memory / 1024)) MiB, $missing receipts missing"
  add kannel_messages "$kannel_count"
  add kannel_per_second "$(of_kannel per_second)"
  add kannel_cpu_seconds_per_100k "$kannel_cpu"
  add kannel_peak_memory_kib "$kannel_memory"
  add kannel_receipts_missing "$missing"
  for part in answer_p99_us webhook_p50_us webhook_p99_us; do
    add kannel_$part "$(of_kannel $part)"
  done
  add rate_ratio_to_kannel "$(divide "$(of per_second)" "$(of_kannel per_second)" 1)"
  add cpu_ratio_to_kannel "$(divide "$kannel_cpu" "$smppd_cpu" 1)"
fi
[ $complete = 0 ] || say "something is missing: $(tail -n 1 "$folder/http.log")"
echo "$figures"
exit $complete
