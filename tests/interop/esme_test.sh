#!/usr/bin/env bash
# node-smpp binds to smppd, as an application does; the carrier is smsc_sim. `esme_test.sh tls`:
# over TLS.
source "$(dirname "$0")/stage.sh"
certificate=
if [ "${1:-}" = tls ]; then
  secure_esmes
  certificate=$folder/certificate.pem
fi

start_smsc_sim
watch "$carrier_port"
start_smppd "$carrier_port"
watch "$smpp_port"

start esme node "$here/esme.js" "$smpp_port" app secret $certificate
esme=${pids[-1]}
is_ready_or_over() {
  grep -q "ready for inbound" "$folder/esme.log" || ! kill -0 "$esme" 2>/dev/null
}
wait_for 60 is_ready_or_over
answer=$(tell_carrier "mo 4790000001 2400 Grüße, inbound")
[ "$answer" = "ok 1 part" ] || fail "smsc_sim says: $answer"
wait "$esme"

# What the carrier got.
grep -qF "text=Hello {GSM} @£$ åÅ €" "$folder/submits.log"
grep -qF "data_coding=8 esm_class=0" "$folder/submits.log"
grep -qF "text=Привет, 世界 😀" "$folder/submits.log"
for part in 1 2 3; do
  grep -q "esm_class=64 .*hex=0500034d030$part.*text=part $part of 3\. \$" "$folder/submits.log"
done
[ "$(wc -l <"$folder/submits.log")" = 8 ] || fail "the carrier did not get eight submit_sm"
