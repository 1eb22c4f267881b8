#!/usr/bin/env python3
"""Kills smppd with SIGKILL under full load, again and again, and checks what it promised.

Each cycle: an ESME submits 20 000 messages and an HTTP caller sends beside it; at a random
instant smppd is killed and started again on the same store. Then
  - every message that was acknowledged (submit_sm_resp ok, HTTP 202) must have reached the
    carrier,
  - the carrier must not have seen more repeats than its window,
  - every HTTP message must end as DELIVERED,
  - SQLite must find its file intact.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error

from harness import BINDS, PATIENCE, WINDOW, Carrier, Daemon, wait_for

COUNT = 20_000
HTTP_SERIALS = 1_000_000_000  # the carrier tells messages apart by the number after #


def send_over_http(daemon, cycle, stop, accepted):
    serial = 0
    while not stop.is_set():
        serial += 1
        text = f"http #{HTTP_SERIALS + cycle * 1_000_000 + serial}"
        try:
            status, body = daemon.send(text)
            if status == 202:
                accepted[text] = body["sms_message_id"]
        except (urllib.error.URLError, OSError, ValueError):
            time.sleep(0.01)


def run_cycle(cycle, daemon, carrier, load_program, folder, rng):
    before = carrier.figures()["repeats"]
    daemon.start()
    acked_file = os.path.join(folder, f"acked-{cycle}")
    load = subprocess.Popen(
        [load_program, "--connect", f"127.0.0.1:{daemon.smpp}", "--system-id", "load", "--password",
         "secret", "--window", "500", "--count", str(COUNT), "--text", "smpp #{n}",
         "--first-serial", str(cycle * 1_000_000),
         "--acked-file", acked_file, "--idle-timeout", "5", "--quiet"],
        stdout=subprocess.PIPE, text=True)
    accepted, stop = {}, threading.Event()
    caller = threading.Thread(target=send_over_http, args=(daemon, cycle, stop, accepted))
    caller.start()
    already = carrier.figures()["submits"]
    goal = already + rng.randrange(200, COUNT // 2)
    wait_for("the load", lambda: carrier.figures()["submits"] >= goal or load.poll() is not None)
    daemon.end(signal.SIGKILL)
    stop.set()
    caller.join()
    load.communicate(timeout=PATIENCE)
    with open(acked_file, encoding="utf-8") as lines:
        acked = {f"smpp #{line.split()[0]}" for line in lines}

    intact = subprocess.run(["sqlite3", daemon.store, "PRAGMA integrity_check"],
                            capture_output=True, text=True, check=True).stdout.strip()
    assert intact == "ok", f"the store is damaged: {intact}"
    daemon.start()
    wait_for("the queue to empty", lambda: daemon.figures()["messages_waiting"] == 0)
    promised = acked | set(accepted)
    missing = promised - set(carrier.texts())
    assert not missing, f"{len(missing)} acknowledged messages were lost: {sorted(missing)[:5]}"
    for text, message in list(accepted.items())[-200:]:
        wait_for(f"the receipt of {text}",
                 lambda m=message: daemon.call(f"/v1/sms/messages/{m}")[1]["status"] == "DELIVERED")
    repeats = carrier.figures()["repeats"] - before
    assert repeats <= WINDOW * BINDS, f"{repeats} repeats, more than the window of {WINDOW * BINDS}"
    status = daemon.end(signal.SIGTERM)
    assert status == 0, f"smppd stopped with status {status}"
    print(f"cycle {cycle}: acknowledged {len(acked)} over SMPP and {len(accepted)} over HTTP, "
          f"lost 0, repeated {repeats}", flush=True)
    return len(acked), len(accepted), repeats


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--smppd", required=True)
    options.add_argument("--smsc-sim", required=True)
    options.add_argument("--esme-load", required=True)
    options.add_argument("--cycles", type=int, default=10)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="smppd-crash-") as folder:
        carrier = Carrier(given.smsc_sim, folder)
        daemon = Daemon(given.smppd, folder, carrier)
        try:
            rows = [run_cycle(n, daemon, carrier, given.esme_load, folder, rng)
                    for n in range(1, given.cycles + 1)]
        except BaseException:
            with open(os.path.join(folder, "smppd.log"), encoding="utf-8", errors="replace") as log:
                print("".join(log.readlines()[-40:]), file=sys.stderr)
            raise
        finally:
            for process in (daemon.process, carrier.process):
                if process and process.poll() is None:
                    process.kill()
                    process.wait()
    print(f"cycles={len(rows)} acknowledged_smpp={sum(r[0] for r in rows)} "
          f"acknowledged_http={sum(r[1] for r in rows)} lost=0 "
          f"repeats_max={max(r[2] for r in rows)} "
          f"window={WINDOW * BINDS} seed={given.seed}")


if __name__ == "__main__":
    main()
