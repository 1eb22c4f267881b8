#!/usr/bin/env bash
# Every file in conf/ that systemd reads is read by systemd's own tools here.
#   conf_test.sh CONF_FOLDER
set -euo pipefail
conf=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

# 77 is what ctest's SKIP_RETURN_CODE names: this machine cannot say.
for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
  command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done

# The unit, with the placeholders that installing replaces.
mkdir -p "$folder/bin"
printf '#!/bin/sh\n' >"$folder/bin/smppd"
chmod +x "$folder/bin/smppd"
sed -e "s#@CMAKE_INSTALL_FULL_BINDIR@#$folder/bin#" -e 's#@CMAKE_INSTALL_FULL_SYSCONFDIR@#/etc#' \
  "$conf/smppd.service" >"$folder/smppd.service"
if grep -n '@CMAKE' "$folder/smppd.service"; then fail "the unit has an unknown placeholder"; fi
complaints=$(systemd-analyze verify --man=no "$folder/smppd.service" 2>&1 | grep 'smppd' || true)
[ -z "$complaints" ] || fail "systemd-analyze verify: $complaints"
for setting in Type=notify User=smppd StateDirectory=smppd ProtectSystem=strict \
  NoNewPrivileges=yes \
  'ExecReload=/bin/kill -HUP $MAINPID' Restart=on-failure; do
  grep -qxF "$setting" "$folder/smppd.service" || fail "the unit lacks $setting"
done
if grep -q '^ProcSubset=pid' "$folder/smppd.service"; then
  fail "the unit hides /proc/sys, which jemalloc reads"
fi

# The user, in a file system of its own.
root=$folder/root
mkdir -p "$root/etc/smppd"
complaints=$(systemd-sysusers --root="$root" "$conf/smppd.sysusers" 2>&1 |
  grep -v '^Creating' || true)
[ -z "$complaints" ] || fail "systemd-sysusers: $complaints"
grep -q '^smppd:' "$root/etc/passwd" || fail "systemd-sysusers made no user smppd"

# The folders, owned by that user. Only root may give things away.
touch "$root/etc/smppd/smppd.toml"
if [ "$(id -u)" = 0 ]; then
  complaints=$(systemd-tmpfiles --create --root="$root" "$conf/smppd.tmpfiles" 2>&1 || true)
  [ -z "$complaints" ] || fail "systemd-tmpfiles: $complaints"
  uid=$(grep '^smppd:' "$root/etc/passwd" | cut -d: -f3)
  [ "$(stat -c %u:%a "$root/var/lib/smppd")" = "$uid:750" ] || fail "/var/lib/smppd is wrong"
  [ "$(stat -c %a "$root/etc/smppd/smppd.toml")" = 640 ] || fail "smppd.toml is wrong"
fi

# A file that this test does not know is a file that nobody has tried.
for file in "$conf"/*; do
  case $(basename "$file") in
    CMakeLists.txt | smppd.service | smppd.sysusers | smppd.tmpfiles) ;;
    smppd.toml) ;; # tests/daemon/conf_test.cpp loads it
    *) fail "$file is loaded by no test" ;;
  esac
done
