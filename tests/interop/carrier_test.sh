#!/usr/bin/env bash
# node-smpp is the carrier of smppd; texts go in over HTTP. `carrier_test.sh tls`: over TLS.
source "$(dirname "$0")/stage.sh"
keys=()
if [ "${1:-}" = tls ]; then
  secure_carrier
  keys=("$folder/certificate.pem" "$folder/key.pem")
fi

start carrier node "$here/carrier.js" smppd secret "${keys[@]}"
carrier_port=$(port carrier "listening on")
watch "$carrier_port"
start_smppd "$carrier_port"

arrived() { # TEXT DATA_CODING PARTS
  grep '^{' "$folder/carrier.log" | jq -e --arg text "$1" --argjson coding "$2" \
    --argjson parts "$3" 'select(.text == $text and .data_coding == $coding and .parts == $parts
      and .destination == "4791234567" and .source == "Interop")' >/dev/null
}
# check TEXT DATA_CODING PARTS: it arrives as it is, and its receipts find it.
check() {
  send "$1"
  wait_for 20 arrived "$@"
  wait_for 20 is_delivered "$id"
}
repeat() { local i; for ((i = 0; i < $2; ++i)); do printf '%s' "$1"; done; }

check "Hello {GSM} @£\$ åÅ €" 0 1
check "Привет, 世界 😀" 8 1
check "$(repeat 'long {text}. ' 30)" 0 3
check "$(repeat 'длинный 😀 ' 20)" 8 4
check "$(repeat 'x' 160)" 0 1
check "$(repeat 'x' 161)" 0 2
wait_for 20 grep -q enquire_link "$folder/carrier.log"
kill -TERM "${pids[-1]}"
wait "${pids[-1]}"
