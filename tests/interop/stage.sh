# shellcheck shell=bash disable=SC2034  # what is set here is used there
# Sourced by the tests of this folder: starts programs on free ports, and ends what it started.
# The programs come in SMPPD, SMSC_SIM and so on; see CMakeLists.txt.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
pids=()
captures=()
smpp_settings= carrier_settings=

finish() {
  local status=$?
  trap - EXIT
  stop_watching || status=1
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  [ "$status" != 0 ] || check_traces || status=1
  if [ "$status" != 0 ]; then
    echo "failed with status $status" >&2
    for log in "$folder"/*.log; do printf '%s\n' "--- $log" && tail -n 30 "$log"; done >&2
  fi
  rm -rf "$folder"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

fail() { echo "$*" >&2; exit 1; }

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "waited too long for: $*"
    sleep 0.05
  done
}

# start NAME COMMAND...: in the background; its output is NAME.log.
start() {
  local log=$folder/$1.log
  shift
  : >"$log"
  "$@" >"$log" 2>&1 &
  pids+=($!)
}

# port NAME WORDS: where NAME said that it is "WORDS HOST:PORT".
port() {
  wait_for 20 grep -q "$2 .*:[0-9]" "$folder/$1.log"
  sed -n "s/.*$2 .*:\([0-9]*\)\$/\1/p" "$folder/$1.log" | head -n 1
}

# start_smppd CARRIER_PORT: with an account, its `key`, the login app/secret, `url` and `smpp_port`.
# The lines of `smpp_settings` and `carrier_settings` are for its configuration.
start_smppd() {
  cat >"$folder/smppd.toml" <<TOML
store.path = "$folder/smppd.db"
http.listen = "127.0.0.1:0"
admin.listen = "127.0.0.1:0"
smpp.listen = "127.0.0.1:0"
smpp.trace_file = "$folder/esmes.pcap"
$smpp_settings
[[carrier]]
name = "upstream"
host = "127.0.0.1"
port = $1
system_id = "smppd"
password = "secret"
enquire_link_interval = "1s"
trace_file = "$folder/carrier.pcap"
$carrier_settings
[[route]]
carriers = ["upstream"]
[[inbound]]
account = "interop"
TOML
  "$SMPPD" account add interop --config "$folder/smppd.toml" >>"$folder/admin.log" 2>&1
  key=$("$SMPPD" key add --account interop --config "$folder/smppd.toml" 2>>"$folder/admin.log")
  "$SMPPD" login add --account interop --system-id app --config "$folder/smppd.toml" \
    <<<secret >>"$folder/admin.log" 2>&1
  start smppd "$SMPPD" run --config "$folder/smppd.toml"
  wait_for 20 grep -q "smppd is ready" "$folder/smppd.log"
  url=http://127.0.0.1:$(port smppd "HTTP API listens on")
  smpp_port=$(port smppd "SMPP server listens on")
  smppd_carrier_port=$1
}

# make_certificate: certificate.pem and key.pem, of a server on 127.0.0.1 that nobody vouches for
# but itself.
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key.pem" \
    -out "$folder/certificate.pem" 2>"$folder/openssl.log"
}

# secure_esmes: smppd takes them over TLS.
secure_esmes() {
  make_certificate
  smpp_settings="smpp.tls_certificate = \"$folder/certificate.pem\"
smpp.tls_private_key = \"$folder/key.pem\""
}

# secure_carrier: smppd binds to it over TLS, if it has that certificate.
secure_carrier() {
  make_certificate
  carrier_settings="tls = true
tls_ca = \"$folder/certificate.pem\""
}

# check_trace FILE HOW PORT: nothing in it is malformed to Wireshark, and libsmpp34 takes what smppd
# said: "--from" or "--to" the port.
check_trace() {
  local bad wrong='_ws.malformed || _ws.expert.severity == error || !smpp'
  [ -e "$1" ] && [ "$(stat -c %s "$1")" -gt 24 ] || return 0
  bad=$(tshark -r "$1" -Y "$wrong" 2>"$folder/tshark.log") || bad=$(cat "$folder/tshark.log")
  [ -z "$bad" ] || { printf 'malformed:\n%s\n' "$bad" >&2; return 1; }
  [ -z "${LIBSMPP34_CAPTURES:-}" ] || "$LIBSMPP34_CAPTURES" "$2" "$3" "$1" || return 1
}

# check_traces: of the last smppd that was started.
check_traces() {
  [ -n "${smppd_carrier_port:-}" ] || return 0
  check_trace "$folder/esmes.pcap" --from "$smpp_port" &&
    check_trace "$folder/carrier.pcap" --to "$smppd_carrier_port"
}

start_smsc_sim() {
  start smsc_sim "$SMSC_SIM" --listen 127.0.0.1:0 --control 127.0.0.1:0 --system-id smppd \
    --password secret --log "$folder/submits.log" --count "$@"
  carrier_port=$(port smsc_sim "listening on")
  control_port=$(port smsc_sim "control on")
}

api() {
  curl -sS --fail-with-body --max-time 10 -H "X-API-Key: $key" \
    -H "Content-Type: application/json" "$@"
}

# send TEXT: from "Interop" over HTTP; `id` is its message.
send() {
  id=$(jq -n --arg message "$1" '{to: ["+4791234567"], from: "Interop", message: $message}' |
    api "$url/v1/sms/send" -d @- | jq -r .sms_message_id)
}
is_delivered() { [ "$(api "$url/v1/sms/messages/$1" | jq -r .status)" = DELIVERED ]; }

# tell_carrier COMMAND: to smsc_sim, see its `help`; the first line of the answer.
tell_carrier() {
  local answer
  exec 3<>"/dev/tcp/127.0.0.1/$control_port"
  printf '%s\n' "$1" >&3
  IFS= read -r -t 10 answer <&3
  exec 3>&-
  printf '%s\n' "$answer"
}

# watch PORT: captures what is said on it into CAPTURES/PORT.pcapng, if CAPTURES is set. Call it
# before anybody connects there.
watch() {
  [ -n "${CAPTURES:-}" ] || return 0
  : >"$folder/dumpcap.$1.log"
  dumpcap -q -i lo -f "tcp port $1" -w "$CAPTURES/$1.pcapng" >"$folder/dumpcap.$1.log" 2>&1 &
  captures+=($!)
  wait_for 20 grep -q '^File:' "$folder/dumpcap.$1.log"
}

# dumpcap writes what it has when it is asked to end.
stop_watching() {
  local pid
  for pid in "${captures[@]}"; do
    sleep 0.5
    kill -INT "$pid" && wait "$pid" || return 1
  done
  captures=()
}
