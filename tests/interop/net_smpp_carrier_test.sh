#!/usr/bin/env bash
# Net::SMPP is the carrier of smppd; texts go in over HTTP.
source "$(dirname "$0")/stage.sh"

start carrier perl "$here/net_smpp_carrier.pl" smppd secret
carrier=${pids[-1]}
carrier_port=$(port carrier "listening on")
watch "$carrier_port"
start_smppd "$carrier_port"

send "Hello {GSM} €"
plain=$id
send "Привет"
wide=$id
send "$(printf 'long text %.0s' {1..40})"
long=$id
for id in "$plain" "$wide" "$long"; do wait_for 20 is_delivered "$id"; done
carried() { grep -q "^source=Interop destination=4791234567 $1\$" "$folder/carrier.log"; }
carried "data_coding=0 esm_class=0 hex=48656c6c6f201b2847534d1b29201b65" || fail "no plain text"
carried "data_coding=8 esm_class=0 hex=041f04400438043204350442" || fail "no wide text"
for part in 1 2 3; do
  carried "data_coding=0 esm_class=64 hex=050003..030$part.*" || fail "no part $part"
done
wait_for 20 grep -q enquire_link "$folder/carrier.log"
[ "$(grep -c "receipt taken" "$folder/carrier.log")" = 5 ] || fail "not every receipt was taken"

# It unbinds before it goes.
kill -TERM "${pids[-1]}"
wait "${pids[-1]}"
wait "$carrier"
grep -q '^unbind$' "$folder/carrier.log"
