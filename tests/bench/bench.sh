# What the benchmarks have in common; to be sourced. They print figures, and fail only where a
# message, a receipt or a webhook is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build=build/release  # --build DIR
place=${TMPDIR:-/tmp}  # --folder DIR: below it is the database, and all else that a run writes
binds=4 window=250 webhooks=64 retention=90d
pids=()

# begin: once the options are read.
begin() {
  build=$(realpath "$build")
  place=$(realpath "$place")
  folder=$(mktemp -d "$place/smppd-bench-XXXXXX")
  trap finish EXIT
  smppd=$build/daemon/smppd
  carrier=$(free_port) http=$(free_port) smpp=$(free_port) admin=$(free_port) sink=$(free_port)
}
finish() {
  local status=$?
  if [ $status != 0 ]; then tail -n 2 "$folder"/*.log >&2; fi
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
bad_option() {
  echo "$(basename "$0"): $1 is not an option; see the head of this file" >&2
  exit 2
}
say() { echo "$*" >&2; }

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    :
  done
  echo "$port"
}
await_port() {
  for _ in $(seq 2400); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.05
  done
  echo "nobody listens on port $1; the logs say:" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

# start NAME COMMAND...: in the background; its output is in $folder/NAME.log, its id in $started.
start() {
  local name=$1
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  started=$!
  pids+=("$started")
}
# stop PID: and waits until it has ended.
stop() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# start_carrier NAME PORT [OPTION...]
start_carrier() {
  local name=$1 port=$2
  shift 2
  start "$name" "$build/examples/smsc_sim" --listen "127.0.0.1:$port" --window 1000 "$@"
  await_port "$port"
}

# write_configuration: of an smppd with one carrier that gets everything. More may be appended.
write_configuration() {
  cat >"$folder/smppd.toml" <<END
[store]
path = "$folder/smppd.db"
retention = "$retention"
[http]
listen = "127.0.0.1:$http"
connections_per_address = 1024
[admin]
listen = "127.0.0.1:$admin"
[smpp]
listen = "127.0.0.1:$smpp"
window = 1000
[webhook]
per_origin = $webhooks
connections_max = $((4 * webhooks))
[[carrier]]
name = "simulated"
host = "127.0.0.1"
port = $carrier
system_id = "smppd"
password = "secret"
binds = $binds
window = $window
[[route]]
prefix = ""
carriers = ["simulated"]
END
}
# start_smppd [COMMAND...]: its id is in $daemon.
start_smppd() {
  start smppd "$@" "$smppd" run --config "$folder/smppd.toml"
  daemon=$started
  await_port "$smpp"
}
# add_login ACCOUNT SYSTEM_ID: with the password "secret".
add_login() {
  echo secret | "$smppd" login add --account "$1" --system-id "$2" \
    --config "$folder/smppd.toml" >/dev/null 2>&1
}
add_account() { "$smppd" account add "$1" --config "$folder/smppd.toml" >/dev/null 2>&1; }
add_key() { "$smppd" key add --account "$1" --config "$folder/smppd.toml" 2>/dev/null | head -n 1; }

# cpu PID...: seconds that they have used.
cpu() {
  local pid
  for pid in "$@"; do cat "/proc/$pid/stat"; done |
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); sum += $12 + $13 }
                                   END { printf "%.2f", sum / hz }'
}
# memory_kib PID...: the most that they ever had.
memory_kib() {
  local pid
  for pid in "$@"; do grep VmHWM "/proc/$pid/status"; done | awk '{ sum += $2 } END { print sum }'
}
# metric NAME: of smppd, at $admin.
metric() { curl -fsS "http://127.0.0.1:$admin/metrics" | awk -v n="$1" '$1 == n { print $2 }'; }
# changes: rows that smppd has changed since it started.
changes() { metric smppd_commit_batch_size_sum; }
# ratio_to_raw CHANGES BEGAN: rows a second, since then and since so many, to those of SQLite alone
# in $raw.
ratio_to_raw() {
  awk -v raw="$raw" -v before="$1" -v now="$(changes)" -v seconds="$(seconds_since "$2")" \
    'BEGIN { printf "%.3f", (now - before) / seconds / raw }'
}
# value KEY FILE: of the last line of a file, which is key=value.
value() { tail -n 1 "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"; }
# per_100k BEFORE AFTER COUNT: CPU-seconds for 100 000 messages.
per_100k() { awk -v b="$1" -v a="$2" -v n="$3" 'BEGIN { printf "%.2f", (a - b) / n * 1e5 }'; }
# divide A B [DECIMALS]
divide() {
  awk -v a="$1" -v b="$2" -v d="${3:-3}" 'BEGIN { printf "%.*f", d, (b > 0 ? a / b : 0) }'
}
# seconds_since TIME: one that was $EPOCHREALTIME.
seconds_since() { awk -v b="$1" -v e="$EPOCHREALTIME" 'BEGIN { printf "%.3f", e - b }'; }
# add KEY VALUE: to $figures, which is the last line.
figures=
add() { figures+="${figures:+ }$1=$2"; }

# raw_rows [ROWS]: rows/s that SQLite alone writes on the same disk, ROWS to a commit: of a message
# one with its text and one with its state, which is the least that there can be.
raw_rows() {
  local rows=${1:-2048}
  say "SQLite alone, $rows rows to a commit ..."
  "$build/tests/bench/store_bench" raw 200000 "$folder" "$((rows / 2))" >"$folder/raw.log"
  rm -f "$folder"/raw.db*
  value raw_rows_per_second "$folder/raw.log"
}

# loopback_http: requests/s over loopback that nobody has anything to do for.
loopback_http() {
  local port
  port=$(free_port)
  say "loopback alone, the same requests ..."
  write_send_request "$folder/loopback.request" key "http://127.0.0.1:$port/"
  # It waits for one more than comes, and so does not leave before its answers are read.
  start loopback_sink "$build/tests/bench/http_load" --sink "$port" --count 200001 \
    --marker '"client_ref":"'
  await_port "$port"
  "$build/tests/bench/http_load" --connect "$port" --request "$folder/loopback.request" \
    --count 200000 --connections 128 >"$folder/loopback.log"
  stop "$started"
  value per_second "$folder/loopback.log"
}
# loopback_smpp: messages/s with their receipts from esme_load to smsc_sim, nobody between them.
loopback_smpp() {
  local port began
  port=$(free_port)
  say "loopback alone, the same messages ..."
  start_carrier loopback_carrier "$port"
  began=$EPOCHREALTIME
  "$build/examples/esme_load" --connect "127.0.0.1:$port" --binds "$binds" --window "$window" \
    --count 500000 --receipts >"$folder/loopback.log"
  divide 500000 "$(seconds_since "$began")" 0
  stop "$started"
}

# write_send_request FILE KEY CALLBACK_URL [TO]: an HTTP request that sends one message; the serial
# number is in the number that it is to, the text and client_ref.
write_send_request() {
  local body
  body="{\"to\":\"${4:-+479}{n}\",\"from\":\"Shop\",\"message\":\"Your order {n} has been sent."
  body+=" It will be at your door tomorrow.\",\"client_ref\":\"{n}\",\"callback_url\":\"$3\"}"
  local length=$((${#body} + 3 * (9 - 3)))  # each {n} becomes nine digits
  printf 'POST /v1/sms/send HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: %s\r\n%s\r\n%s %d\r\n\r\n%s' \
    "$2" "Content-Type: application/json" "Content-Length:" "$length" "$body" >"$1"
}
# add_keyword KEY WORD URL: at the smppd that runs.
add_keyword() {
  curl -fsS "http://127.0.0.1:$http/v1/sms/keywords" -H "X-API-Key: $1" \
    -H "Content-Type: application/json" -d "{\"keyword\":\"$2\",\"webhook_url\":\"$3\"}" \
    >"$folder/keyword.log"
}
# await_binds: of the carrier "simulated".
await_binds() {
  for _ in $(seq 1200); do
    [ "$(metric 'smppd_smpp_bound{carrier="simulated"}')" = "$binds" ] && return
    sleep 0.05
  done
  say "the carrier has not all its binds"
  exit 1
}
