#!/usr/bin/env bash
# The ESMEs of examples/ against the carrier of examples/, without smppd between them.
source "$(dirname "$0")/stage.sh"

# field LINE KEY: the value in a line of key=value.
field() { sed -n "s/.*\b$2=\([^ ]*\).*/\1/p" <<<"$1"; }
# expect LINE KEY=VALUE...
expect() {
  local line=$1 pair
  shift
  for pair in "$@"; do
    [ "$(field "$line" "${pair%=*}")" = "${pair#*=}" ] || fail "not $pair: $line"
  done
}
load() { timeout 60 "$ESME_LOAD" --connect "127.0.0.1:$carrier_port" --quiet --system-id smppd \
  --password secret --idle-timeout 5 "$@"; }
# sim_expect KEY=VALUE...: ends smsc_sim; what it counted.
sim_expect() {
  kill "${pids[-1]}"
  wait "${pids[-1]}"
  expect "$(tail -n 1 "$folder/smsc_sim.log")" "$@"
}

# The program that the README shows.
start_smsc_sim
timeout 40 "$ESME_CLIENT" 127.0.0.1 "$carrier_port" smppd secret 4791234567 "Hello" \
  >"$folder/esme_client.log"
grep -q "stat:DELIVRD" "$folder/esme_client.log"
grep -q "text=Hello\$" "$folder/submits.log"
"$ESME_CLIENT" 127.0.0.1 "$carrier_port" smppd wrong 1 Hello 2>"$folder/refused.log" &&
  fail "a wrong password was no error"
grep -q ESME_RINVPASWD "$folder/refused.log"

# An inbound message in parts, in each way of marking them.
load --seconds 3 --rate 1 >"$folder/load.log" &
receiver=$!
pids+=("$receiver")
long=$(printf 'long text %.0s' {1..20})
takes_inbound() { [ "$(tell_carrier "mo 4790000001 2400 hi")" = "ok 1 part" ]; }
wait_for 10 takes_inbound
[ "$(tell_carrier "mo 4790000001 2400 $long")" = "ok 2 parts" ]
[ "$(tell_carrier "mo --sar 4790000001 2400 $long")" = "ok 2 parts" ]
[ "$(tell_carrier "mo --udh16 4790000001 2400 $long")" = "ok 2 parts" ]
[ "$(tell_carrier "mo --payload 4790000001 2400 $long")" = "ok 1 part" ]
[[ $(tell_carrier "nonsense") == error* ]]
wait "$receiver"
expect "$(tail -n 1 "$folder/load.log")" inbound=8
unset "pids[-1]"
sim_expect mo_sent=8 mo_acked=8 binds=2 binds_refused=1

# Receipts before, after and much after the response, in each place.
for how in "--receipts-in tlv" "--receipts-in text --delay 2 --receipt-jitter 50" \
  "--receipts-in data_sm" "--receipt-before-response --receipt-state UNDELIV"; do
  # shellcheck disable=SC2086  # several words
  start_smsc_sim $how
  line=$(load --count 2000 --receipts --binds 2)
  expect "$line" sent=2000 acked=2000 receipts=2000 receipts_missing=0 receipts_duplicate=0
  sim_expect distinct=2000 repeats=0 receipts_acked=2000 waiting=0
done

# A carrier that misbehaves.
start_smsc_sim --throttle-every 10 --reject-every 7 --reject-prefix 479000009
line=$(load --count 2000 --acked-file "$folder/acked.txt") && fail "refusals are no success"
expect "$line" sent=2000 unanswered=0
[ "$(wc -l <"$folder/acked.txt")" = "$(field "$line" acked)" ] || fail "acked-file: $line"
sim_expect throttled=200 "accepted=$(field "$line" acked)"

# A carrier that breaks connections: what was in flight is lost, and nothing else.
start_smsc_sim --drop-every 500
line=$(load --count 2000 --reconnect --window 1) && fail "lost submit_sm are no success"
expect "$line" sent=2000 disconnects=4 acked=1996 unanswered=4
sim_expect submits=2000 dropped=4 distinct=2000

# The same messages again are repeats.
start_smsc_sim
load --count 300 >/dev/null
load --count 500 --text "привет #{n}" >/dev/null
sim_expect submits=800 distinct=500 repeats=300
