#!/usr/bin/env bash
# Kannel binds to smppd, as an application does; the carrier is smsc_sim.
#   kannel_test.sh transceiver    one bind
#   kannel_test.sh pair           a transmitter and a receiver
#   kannel_test.sh version33      one bind that says interface_version 3.3
source "$(dirname "$0")/stage.sh"
mode=$1

# free_ports N: different ones, and none that a connection may be given before they are used.
free_ports() {
  python3 - "$1" <<'PYTHON'
import random, socket, sys
found = {}
while len(found) < int(sys.argv[1]):
    port = random.randrange(20000, 32000)
    try:
        found[port] = socket.create_server(("127.0.0.1", port))
    except OSError:
        pass
print(*found)
PYTHON
}

# smsc_group PORT_KEY TRANSCEIVER VERSION: as Kannel is told of one.
smsc_group() {
  cat <<CONF

group = smsc
smsc = smpp
smsc-id = smppd
host = 127.0.0.1
$1 = $smpp_port
transceiver-mode = $2
smsc-username = app
smsc-password = secret
system-type = ""
interface-version = $3
enquire-link-interval = 2
CONF
}
binds() {
  case $mode in
    transceiver) smsc_group port true 34 ;;
    pair) smsc_group port false 34 && smsc_group receive-port false 34 ;;
    version33) smsc_group port true 33 ;;
  esac
}

# start_kannel: bearerbox and smsbox, with a service that gets every message.
start_kannel() {
  local admin_port box_port
  read -r admin_port box_port sendsms_port <<<"$(free_ports 3)"
  cat >"$folder/kannel.conf" <<CONF
group = core
admin-port = $admin_port
admin-interface = "127.0.0.1"
admin-password = secret
smsbox-port = $box_port
smsbox-interface = "127.0.0.1"
dlr-storage = internal
store-type = file
store-location = "$folder/kannel.store"
sms-combine-concatenated-mo = true
$(binds)

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = $box_port
sendsms-interface = "127.0.0.1"
sendsms-port = $sendsms_port

group = sendsms-user
username = tester
password = secret
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
get-url = "http://127.0.0.1:$urls_port/inbound?from=%p&to=%P&charset=%C&text=%b"
omit-empty = true
max-messages = 1
accepted-smsc = smppd
CONF
  start bearerbox bearerbox --verbosity 0 "$folder/kannel.conf"
  # Until then smsbox would not find it, and end.
  wait_for 20 is_bound
  start smsbox smsbox --verbosity 0 "$folder/kannel.conf"
  wait_for 20 takes_messages
}
is_bound() {
  case $mode in
    pair)
      grep -q "app bound, BOUND_TX" "$folder/smppd.log" &&
        grep -q "app bound, BOUND_RX" "$folder/smppd.log"
      ;;
    *) grep -q "app bound, BOUND_TRX" "$folder/smppd.log" ;;
  esac
}
takes_messages() { [ -n "$(curl -s --max-time 5 "http://127.0.0.1:$sendsms_port/")" ]; }

# send_sms NAME TEXT [FIELD...]: its receipts come to /receipt with the name.
send_sms() {
  local name=$1 text=$2 answer
  shift 2
  answer=$(curl -sS --max-time 10 -G "http://127.0.0.1:$sendsms_port/cgi-bin/sendsms" \
    -d username=tester -d password=secret -d from=Kannel -d to=+4791234567 -d charset=UTF-8 \
    -d dlr-mask=31 --data-urlencode "text=$text" "$@" --data-urlencode \
    "dlr-url=http://127.0.0.1:$urls_port/receipt?name=$name&type=%d&said=%A")
  [[ $answer == 0:* ]] || fail "sendsms says: $answer"
}
came() { grep -qE "$1" "$folder/urls.log"; }
accepted() { came "^/receipt\|name=$1\|type=8\|"; }
delivered() { came "^/receipt\|name=$1\|type=1\|.*stat:DELIVRD"; }
sent() { grep -q "$1" "$folder/submits.log"; }
inbound() { came "^/inbound\|from=\+?4790000001\|to=\+?2400\|.*text=$1\$"; }

start_smsc_sim
watch "$carrier_port"
start_smppd "$carrier_port"
watch "$smpp_port"
start urls python3 "$here/kannel_urls.py"
urls_port=$(port urls "listening on")
start_kannel

send_sms plain "Hello {GSM} @£\$ åÅ €"
send_sms wide "Привет, 世界 😀" -d coding=2
long=$(printf 'long text %.0s' {1..40})
send_sms long "$long"
for name in plain wide long; do
  wait_for 20 accepted $name
  wait_for 20 delivered $name
done
sent "source=Kannel .*text=Hello {GSM} @£\$ åÅ €\$" || fail "the plain text did not arrive"
sent "data_coding=8 .*text=Привет, 世界 😀\$" || fail "the wide text did not arrive"
for part in 1 2 3; do
  sent "esm_class=64 .*hex=050003..030$part" || fail "part $part did not arrive"
done
[ "$(wc -l <"$folder/submits.log")" = 5 ] || fail "the carrier did not get five submit_sm"

[ "$(tell_carrier "mo 4790000001 2400 Grüße")" = "ok 1 part" ]
wait_for 20 inbound "Gr(ü|%FC)(ß|%DF)e"
[ "$(tell_carrier "mo 4790000001 2400 $long")" = "ok 3 parts" ]
wait_for 20 inbound "$long"
[ "$(tell_carrier "mo 4790000001 2400 ping?")" = "ok 1 part" ]
wait_for 20 sent "source=2400 .*destination=.*4790000001 .*text=pong\$"
