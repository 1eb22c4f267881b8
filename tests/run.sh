#!/usr/bin/env bash
# Builds smppd and runs its tests, on Debian 12; what is missing is installed first. Works in a
# fresh clone and from any folder; the second time is quick. The last line is the outcome:
#   N passed, M failed
#
#   tests/run.sh                   the build that is installed
#   tests/run.sh --preset asan     another preset of CMakePresets.json: dev, asan, tsan
#   tests/run.sh --filter REGEX    only tests whose names match
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
filter=()
usage() {
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' tests/run.sh
}
while [ $# -gt 0 ]; do
  case $1 in
    --preset | --filter)
      [ $# -ge 2 ] || { echo "run.sh: $1 needs a value" >&2; exit 2; }
      if [ "$1" = --preset ]; then preset=$2; else filter=(-R "$2"); fi
      shift 2
      ;;
    --help | -h) usage; exit 0 ;;
    *) echo "run.sh: there is no option $1; --help lists them" >&2; exit 2 ;;
  esac
done

# However it ends, the last line says how many tests passed.
passed=0 failed=0
log=$(mktemp)
finish() {
  local status=$?
  trap - EXIT
  rm -f "$log"
  if [ "$status" = 0 ] && { [ "$failed" != 0 ] || [ "$passed" = 0 ]; }; then status=1; fi
  echo "$passed passed, $failed failed"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() { printf '\n== %s\n' "$*"; }

step "What is needed comes from Debian's packages."
.ci/install-dependencies test

step "Configuring: $preset"
cmake --preset "$preset"

step "Building: some minutes the first time"
cmake --build --preset "$preset" -j "$(nproc)"

step "Testing"
# Sanitizers are told what to do by the test presets.
tested=0
ctest --preset "$preset" -j 2 --output-on-failure --no-tests=error "${filter[@]}" 2>&1 |
  tee "$log" || tested=$?

# ctest counts a skipped test as one that passed. Here it is neither.
read -r failed all < <(
  sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$log" |
    tail -n 1
) || true
failed=${failed:-0}
skipped=$(sed -n '/^The following tests did not run:/,/^$/p' "$log" | grep -c '(Skipped)$' || true)
passed=$((${all:-0} - failed - skipped))
[ "$skipped" = 0 ] || echo "skipped: $skipped"
[ "$tested" = 0 ] || exit 1
