#!/usr/bin/env bash
# One HTTP request with very many recipients: how long until its 202, so until all of it is durable,
# what that takes, how long messages of one recipient wait meanwhile, and how fast the many leave.
# The last line is key=value.
#   tests/bench/bulk.sh [--count N] [--build DIR] [--folder DIR]
# Fails where a message is not accepted, or not submitted.
source "$(dirname "$0")/bench.sh"

count=1000000
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
write_configuration
sed -i "s/^\[http\]/&\nrecipients_max = $count\nbody_octets_max = $((count * 16 + 1000))/" \
  "$folder/smppd.toml"
add_account bench
key=$(add_key bench)
start_carrier carrier "$carrier"
start_smppd
await_binds
raw=$(raw_rows)

# post BODY_FILE: prints the status and the seconds it took.
post() {
  curl -sS -m 300 -o "$folder/answer.json" -w '%{http_code} %{time_total}\n' \
    -H "X-API-Key: $key" -H "Content-Type: application/json" -H "Expect:" \
    --data-binary "@$1" "http://127.0.0.1:$http/v1/sms/send"
}
awk -v count="$count" 'BEGIN {
  printf "{\"from\":\"Shop\",\"message\":\"Your order has been sent.\",\"to\":["
  for (n = 0; n < count; ++n) printf "%s\"+479%08d\"", (n ? "," : ""), n
  print "]}" }' >"$folder/many.json"
echo '{"from":"Shop","message":"Your order has been sent.","to":"+4790000000"}' >"$folder/one.json"
post "$folder/one.json" >/dev/null
resting=$(memory_kib "$daemon")
while sleep 0.05; do post "$folder/one.json"; done >"$folder/others.log" &
beside=$!
pids+=("$beside")
say "$count recipients ..."
before=$(cpu "$daemon") began=$EPOCHREALTIME
read -r status seconds <<<"$(post "$folder/many.json")"
accepted_cpu=$(per_100k "$before" "$(cpu "$daemon")" "$count")
accepted_memory=$(memory_kib "$daemon")
for _ in $(seq 300); do
  [ -s "$folder/others.log" ] && break
  sleep 0.1  # until what waited behind it has its answer
done
stop "$beside"
[ "$status" = 202 ] || { say "it was refused: $status"; exit 1; }
if grep -qv '^202 ' "$folder/others.log"; then say "a message beside it was refused"; exit 1; fi
sort -n -k 2 "$folder/others.log" | awk '{ print $2 * 1000 }' >"$folder/others.sorted"
others=$(wc -l <"$folder/others.sorted")
wanted=$((count + others + 1))  # one more may have come as its sender was stopped
submitted() { printf '%.0f' "$(metric 'smppd_parts_submitted_total{carrier="simulated"}')"; }
for _ in $(seq 3000); do
  [ "$(submitted)" -ge "$wanted" ] && break
  sleep 0.1
done
[ "$(submitted)" -ge "$wanted" ] || { say "$(submitted) of $wanted were submitted"; exit 1; }
echo "recipients=$count accepted_seconds=$seconds" \
  "accepted_cpu_seconds_per_100k=$accepted_cpu accepted_peak_memory_kib=$accepted_memory" \
  "resting_memory_kib=$resting raw_rows_per_second=$raw" \
  "ratio_to_raw_sqlite=$(divide "$(divide "$count" "$seconds")" "$raw")" \
  "others=$others others_p50_ms=$(sed -n "$(((others + 1) / 2))p" "$folder/others.sorted")" \
  "others_max_ms=$(tail -n 1 "$folder/others.sorted")" \
  "submitted_per_second=$(divide "$count" "$(seconds_since "$began")" 0)" \
  "cpu_seconds_per_100k=$(per_100k "$before" "$(cpu "$daemon")" "$count")" \
  "peak_memory_kib=$(memory_kib "$daemon")"
