#!/usr/bin/env bash
# Other tests once more, with their traffic itself read by Wireshark: no frame may be malformed. Of
# what every test says and hears, smppd's own traces are read (stage.sh).
# Needs the right to capture on the loopback interface, and fails without it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*" >&2; exit 1; }

# decode FILE: as SMPP.
decode() {
  local file=$1 port
  shift
  port=$(basename "$file" .pcapng)
  tshark -r "$file" -d "tcp.port==$port,smpp" "$@" 2>"$work/tshark.log" ||
    fail "tshark: $(cat "$work/tshark.log")"
}

# check NAME COMMAND...: runs the test and reads its captures; the commands must be among the PDUs.
check() {
  local name=$1 file bad seen command
  shift
  mkdir "$work/$name"
  CAPTURES=$work/$name bash "$here/${name}_test.sh"
  seen=$work/$name.commands
  for file in "$work/$name"/*.pcapng; do
    bad=$(decode "$file" -Y '_ws.malformed || _ws.expert.severity == error')
    [ -z "$bad" ] || fail "$name: malformed:"$'\n'"$bad"
    decode "$file" -Y smpp -T fields -e smpp.command_id | tr ',' '\n' >>"$seen"
  done
  for command in "$@"; do
    grep -qi "^0x0*${command#0x}\$" "$seen" || fail "$name: no PDU with command_id $command"
  done
  echo "$name: $(wc -l <"$seen") PDUs of $(sort -u "$seen" | wc -l) kinds, none malformed"
}

# bind_transceiver, submit_sm, deliver_sm, query_sm, enquire_link, unbind, and their responses.
check esme 0x9 0x80000009 0x4 0x80000004 0x5 0x80000005 0x3 0x80000003 0x15 0x80000015 \
  0x6 0x80000006
check carrier 0x9 0x80000009 0x4 0x80000004 0x5 0x80000005 0x15 0x80000015 0x6 0x80000006
check net_smpp 0x9 0x80000009 0x4 0x80000004 0x5 0x80000005 0x15 0x80000015 0x6 0x80000006
check net_smpp_carrier 0x9 0x80000009 0x4 0x80000004 0x5 0x80000005 0x15 0x80000015 0x6 0x80000006
