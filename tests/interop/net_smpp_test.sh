#!/usr/bin/env bash
# Net::SMPP binds to smppd, as an application does; the carrier is smsc_sim.
source "$(dirname "$0")/stage.sh"

start_smsc_sim --receipts-as decimal
watch "$carrier_port"
start_smppd "$carrier_port"
watch "$smpp_port"
timeout 40 perl "$here/net_smpp.pl" "$smpp_port" app secret
grep -q "text=Hello from Net::SMPP\$" "$folder/submits.log"
