#!/usr/bin/env python3
"""Wireshark reads the trace of a session over TLS: trace_test.py SMPP_TEST

No PDU may be malformed, and all of them are there with who said them."""

import os
import subprocess
import sys
import tempfile

BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, UNBIND = 9, 4, 5, 6
RESPONSE = 0x80000000


def tshark(trace, *arguments):
    done = subprocess.run(["tshark", "-r", trace, *arguments], capture_output=True, text=True,
                          timeout=120, check=False)
    if done.returncode != 0:
        sys.exit(f"tshark: {done.stderr}")
    return done.stdout.splitlines()


def fields(trace, *names):
    wanted = [word for name in names for word in ("-e", name)]
    return [line.split("\t") for line in tshark(trace, "-T", "fields", *wanted)]


def check(trace):
    bad = tshark(trace, "-Y", "_ws.malformed || _ws.expert.severity == error || !smpp")
    if bad:
        sys.exit("malformed:\n" + "\n".join(bad))
    requests = [BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, UNBIND]
    expected = sorted(requests + [RESPONSE | one for one in requests])
    found = fields(trace, "smpp.command_id", "ip.src", "ip.dst", "smpp.password")
    commands = sorted(int(one[0], 16) for one in found)
    if commands != expected:
        sys.exit(f"the commands are {[hex(one) for one in commands]}")
    if any(one[1:3] != ["127.0.0.1"] * 2 for one in found):
        sys.exit(f"not from 127.0.0.1 to 127.0.0.1: {found}")
    if [one[3] for one in found if one[3]] != ["******"]:
        sys.exit("the password is not hidden")


def main():
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "trace.pcap")
        subprocess.run([sys.argv[1], "--gtest_filter=*.HasEveryPduOfASessionOverTls"], check=True,
                       env={**os.environ, "TRACE_FILE": trace}, timeout=60)
        check(trace)


if __name__ == "__main__":
    main()
