#!/usr/bin/env bash
# Shows all of smppd on one machine, in two minutes after the first build: a text over HTTP and over
# SMPP, receipts, a keyword with its webhook and its reply. The carrier is simulated; nothing
# leaves the machine, and nothing stays running.
#   examples/quickstart.sh                on Debian 12: installs what is missing, builds, runs
#   examples/quickstart.sh --keep         goes on running then, to be tried, until Ctrl-C
#   examples/quickstart.sh BUILD_FOLDER   takes the programs from there
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
pids=()
step="Starting."

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { step=$1; printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
run() { printf '$ %s\n' "$*"; "$@"; }
# logged NAME COMMAND...: its output is NAME.log.
logged() {
  local log=$folder/$1.log
  shift
  printf '$ %s\n' "$*"
  "$@" >"$log" 2>&1
}
last_lines() { for log in "$folder"/*.log; do printf '%s\n' "--- $log"; tail -n 15 "$log"; done; }

finish() {
  local status=$?
  trap - EXIT
  if [ "$status" != 0 ]; then
    printf '\nThis step failed (%s): %s\n' "$status" "$step" >&2
    last_lines >&2
  fi
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  [ "$status" != 0 ] || rm -rf "$folder"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ $SECONDS -ge $end ]; then echo "waited too long for: $*" >&2; return 1; fi
    sleep 0.1
  done
}

# start NAME COMMAND...: in the background; its output is NAME.log.
start() {
  local log=$folder/$1.log
  shift
  printf '$ %s &\n' "$*"
  : >"$log"
  "$@" >"$log" 2>&1 &
  pids+=($!)
}

# port NAME WORDS: where NAME said that it is "WORDS HOST:PORT".
port() {
  wait_for 20 grep -q "$2 .*:[0-9]" "$folder/$1.log"
  sed -n "s/.*$2 .*:\([0-9]*\)\$/\1/p" "$folder/$1.log" | head -n 1
}

api() {
  curl -sS --fail-with-body --max-time 10 -H "X-API-Key: $key" \
    -H "Content-Type: application/json" "$@"
}
api_shown() { printf '$ curl -H "X-API-Key: $key" -H "Content-Type: application/json" %s\n' "$*"; }

build() {
  programs=build/quickstart
  say "What is needed comes from Debian's packages."
  run .ci/install-dependencies build
  say "Building takes some minutes the first time."
  # All processors, but no more than one for each gigabyte and a half of memory.
  local jobs memory
  memory=$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)
  jobs=$(nproc)
  [ "$memory" -ge "$jobs" ] || jobs=$((memory > 0 ? memory : 1))
  logged cmake cmake --preset release -B "$programs" -DSMPPD_TESTS=OFF
  logged build cmake --build "$programs" --parallel "$jobs" \
    --target smppd smsc_sim esme_client webhook_sink
}

configure() {
  cat >"$config" <<TOML
[store]
path = "$folder/smppd.db"
[http]
listen = "127.0.0.1:0"  # any free port
[admin]
listen = "127.0.0.1:0"
[smpp]
listen = "127.0.0.1:0"
[[carrier]]
name = "simulated"
host = "127.0.0.1"
port = $carrier_port
system_id = "smppd"
password = "secret"
[[route]]
carriers = ["simulated"]
TOML
  cat "$config"
}

tell_carrier() {
  printf '> %s\n' "$1"
  exec 3<>"/dev/tcp/127.0.0.1/$control_port"
  printf '%s\n' "$1" >&3
  local answer=
  IFS= read -r -t 10 answer <&3
  exec 3>&-
  printf '%s\n' "$answer"
  [[ $answer == ok* ]]
}

is_delivered() {
  answer=$(api "$url/v1/sms/messages/$id") && [ "$(jq -r .status <<<"$answer")" = DELIVERED ]
}
carrier_took() { grep -q -- "$1" "$folder/carrier.txt"; }
webhook_got() { grep -q -- "$1" "$folder/webhooks.log"; }

keep=''
if [ "${1:-}" = --keep ]; then
  keep=yes
  shift
fi
if [ $# -gt 0 ]; then
  programs=$1
  [ -x "$programs/daemon/smppd" ] || { echo "quickstart.sh: no smppd in $programs" >&2; exit 2; }
else
  build
fi
smppd=$programs/daemon/smppd
config=$folder/smppd.toml

say "A simulated carrier, and a web server that prints the webhooks it gets."
start carrier "$programs/examples/smsc_sim" --listen 127.0.0.1:0 --control 127.0.0.1:0 \
  --system-id smppd --password secret --log "$folder/carrier.txt"
start webhooks "$programs/examples/webhook_sink" --listen 127.0.0.1:0
carrier_port=$(port carrier "listening on")
control_port=$(port carrier "control on")
sink=http://127.0.0.1:$(port webhooks "listening on")

say "The configuration of smppd: one carrier, and all messages go there."
configure
run "$smppd" check --config "$config"

say "A customer, with an API key and an SMPP login."
run "$smppd" account add shop --config "$config"
printf '$ %s\n' "$smppd key add --account shop --config $config"
key=$("$smppd" key add --account shop --config "$config" | tail -n 1)
printf '%s\n' "$key"
printf '$ %s\n' "$smppd login add --account shop --system-id shop --config $config <<<secret"
"$smppd" login add --account shop --system-id shop --config "$config" <<<secret

say "smppd itself."
start smppd "$smppd" run --config "$config"
wait_for 20 grep -q "smppd is ready" "$folder/smppd.log"
url=http://127.0.0.1:$(port smppd "HTTP API listens on")
smpp_port=$(port smppd "SMPP server listens on")
cat "$folder/smppd.log"

say "A text, sent over HTTP."
body='{"to": ["+4791234567"], "from": "Shop", "message": "Your order has shipped.",
       "client_ref": "order-4521", "callback_url": "'$sink/receipts'"}'
api_shown "$url/v1/sms/send -d '$body'"
answer=$(api "$url/v1/sms/send" -d "$body")
jq . <<<"$answer"
id=$(jq -r .sms_message_id <<<"$answer")

say "It is followed until its receipt has come."
api_shown "$url/v1/sms/messages/$id"
wait_for 20 is_delivered
jq -c '{status, final, smsc_message_id, carrier, sent_at, delivered_at}' <<<"$answer"

say "The carrier got this."
wait_for 20 carrier_took "text=Your order has shipped."
cat "$folder/carrier.txt"

say "The webhook was told."
wait_for 20 webhook_got message.delivered
grep message.delivered "$folder/webhooks.log" | jq .

say "A keyword: inbound messages that begin with it go to a webhook, and are answered."
body='{"keyword": "SUPPORT", "webhook_url": "'$sink/inbound'",
       "auto_reply_message": "Thank you, we will call you."}'
api_shown "$url/v1/sms/keywords -d '$body'"
api "$url/v1/sms/keywords" -d "$body" | jq -c .

say "Somebody writes to us."
tell_carrier "mo +4790000001 2400 support my parcel is late"
wait_for 20 webhook_got inbound.received
grep inbound.received "$folder/webhooks.log" | jq .

say "The reply, as the carrier got it."
wait_for 20 carrier_took "text=Thank you, we will call you."
grep "text=Thank you" "$folder/carrier.txt"

say "An application that speaks SMPP: bind, submit_sm, deliver_sm, unbind (esme_client.cpp)."
run timeout 40 "$programs/examples/esme_client" 127.0.0.1 "$smpp_port" shop secret \
  4791234568 "Hello over SMPP" | tee "$folder/esme_client.txt"
grep -q "stat:DELIVRD" "$folder/esme_client.txt"
carrier_took "text=Hello over SMPP"

if [ -n "$keep" ]; then
  say "All of it worked, and runs until Ctrl-C. To send a text:"
  echo "curl -H 'X-API-Key: $key' -H 'Content-Type: application/json' \\"
  echo "  $url/v1/sms/send \\"
  echo "  -d '{\"to\": [\"+4791234567\"], \"message\": \"Hello\", \"from\": \"Shop\"}'"
  echo "SMPP: 127.0.0.1:$smpp_port, system_id shop, password secret; the files are in $folder."
  wait "${pids[0]}"
fi
say "All of it worked. Everything that was started is stopped now."
