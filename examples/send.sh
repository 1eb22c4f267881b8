#!/usr/bin/env bash
# Sends a text over smppd's HTTP API.
#   SMPPD_KEY=smppd_live_... examples/send.sh +4791234567 "Hello" [SENDER]
# SMPPD_URL says where smppd is, if not on this machine.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: SMPPD_KEY=... $0 NUMBER TEXT [SENDER]" >&2; exit 2; }

jq -n --arg to "$1" --arg message "$2" --arg from "${3:-smppd}" '$ARGS.named | .to = [.to]' |
  curl -sS --fail-with-body --max-time 30 "${SMPPD_URL:-http://127.0.0.1:8080}/v1/sms/send" \
    -H "X-API-Key: ${SMPPD_KEY:?set it to an API key}" \
    -H "Content-Type: application/json" --data-binary @-
echo
