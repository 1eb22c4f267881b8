#!/usr/bin/env bash
# Half of what the machine can do, for long: HTTP sends with receipts and webhooks. Every ten
# seconds memory, open files, the write-ahead log and latencies are written to a CSV file, and at
# the end drawn. The last line is key=value figures: of each the first, the last and the most.
#   tests/bench/soak.sh [--minutes N] [--rate PER_SECOND] [--csv FILE] [--svg FILE] [--build DIR]
#                       [--folder DIR]
# --rate instead of half of what a short run at the limit shows. Fails where a message or a webhook
# is missing.
source "$(dirname "$0")/bench.sh"

minutes=30 rate=0 csv=soak.csv svg=soak.svg every=10
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2 ;; --rate) rate=$2 ;; --csv) csv=$2 ;; --svg) svg=$2 ;;
    --build) build=$2 ;; --folder) place=$2 ;;
    *) bad_option "$1" ;;
  esac
  shift 2
done
begin
write_configuration
add_account bench
write_send_request "$folder/soak.request" "$(add_key bench)" "http://127.0.0.1:$sink/receipts"
start_carrier carrier "$carrier"
start_smppd
await_binds
load=("$build/tests/bench/http_load" --connect "$http" --request "$folder/soak.request"
  --connections 64 --sink "$sink" --marker '"client_ref":"')
if [ "$rate" = 0 ]; then
  "${load[@]}" --count 60000 >"$folder/limit.log"
  rate=$(($(value per_second "$folder/limit.log") / 2))
fi
say "$rate messages/s for $minutes minutes ..."

start load "${load[@]}" --count $((rate * minutes * 60)) --rate "$rate" --every $every
loader=$started
before=$(cpu "$daemon")
echo "seconds,memory_kib,open_files,wal_octets,answer_p99_us,webhook_p99_us,webhooks" >"$csv"
last=
while kill -0 "$loader" 2>/dev/null; do
  sleep 1
  line=$(grep '^t=' "$folder/load.log" | tail -n 1) || true
  [ "$line" != "$last" ] || continue
  last=$line
  of() { tr ' ' '\n' <<<"$line" | sed -n "s/^$1=//p"; }
  echo "$(of t),$(awk '/VmRSS/ {print $2}' "/proc/$daemon/status"),$(ls "/proc/$daemon/fd" |
    wc -l),$(stat -c %s "$folder/smppd.db-wal"),$(of answer_p99_us),$(of webhook_p99_us),$(of \
    webhooks)" >>"$csv"
  say "$(tail -n 1 "$csv")"
done
complete=0
wait "$loader" || complete=1
of() { value "$1" "$folder/load.log"; }
[ $complete = 0 ] || say "something is missing: $(tail -n 1 "$folder/load.log")"
python3 tests/bench/soak_plot.py "$csv" "$svg"
echo "minutes=$minutes rate=$rate messages=$(of accepted) webhooks=$(of webhooks)" \
  "cpu_seconds_per_100k=$(per_100k "$before" "$(cpu "$daemon")" "$(of accepted)")" \
  "peak_memory_kib=$(memory_kib "$daemon") answer_p50_us=$(of answer_p50_us)" \
  "answer_p99_us=$(of answer_p99_us) answer_p999_us=$(of answer_p999_us)" \
  "webhook_p50_us=$(of webhook_p50_us) webhook_p99_us=$(of webhook_p99_us)" \
  "webhook_p999_us=$(of webhook_p999_us)" \
  "$(awk -F, 'NR == 1 { for (i = 2; i < NF; ++i) name[i] = $i; next }
    { for (i = 2; i < NF; ++i) { if (NR == 2) first[i] = $i; last[i] = $i
                                 if ($i + 0 > most[i] + 0) most[i] = $i } }
    END { for (i = 2; i in name; ++i) printf "%s%s_first=%s %s_last=%s %s_max=%s",
            (i > 2 ? " " : ""), name[i], first[i], name[i], last[i], name[i], most[i] }' "$csv")"
exit $complete
