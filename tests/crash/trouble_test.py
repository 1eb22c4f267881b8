#!/usr/bin/env python3
"""A store in trouble: locked by another process, on a full disk, in a folder that is not there.

smppd says so, acknowledges nothing it could not store, keeps running, and accepts again once the
trouble is over. What it did acknowledge reaches the carrier. And what it tells systemd, which ends
it where it does not say so for a while.
"""
import argparse
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from harness import Carrier, Daemon, wait_for

SKIPPED = 77


def locked(programs, folder):
    carrier = Carrier(programs.smsc_sim, folder)
    daemon = Daemon(programs.smppd, folder, carrier, store='busy_timeout = "200ms"')
    try:
        daemon.start()
        assert daemon.send("before #1")[0] == 202
        other = sqlite3.connect(daemon.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        status, problem = daemon.send("while it is locked #2")
        assert status == 503 and problem["code"] == "STORAGE_UNAVAILABLE", (status, problem)
        status, problem = daemon.call("/readyz")
        assert status == 503, (status, problem)
        other.execute("ROLLBACK")
        wait_for("the store", lambda: daemon.send("after #3")[0] == 202)
        wait_for("the carrier", lambda: "after #3" in carrier.texts())
        assert "while it is locked #2" not in carrier.texts()
        assert daemon.end(signal.SIGTERM) == 0
    finally:
        stop(daemon, carrier)
    print("locked: refused while it lasted, accepted after", flush=True)


def full(programs, folder):
    place = os.path.join(folder, "store")
    os.makedirs(place)
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        print("full disk: skipped, a small file system cannot be mounted here", flush=True)
        return False
    carrier = Carrier(programs.smsc_sim, folder)
    daemon = Daemon(programs.smppd, folder, carrier)
    try:
        daemon.start()
        acked = os.path.join(folder, "acked")
        load = subprocess.run(
            [programs.esme_load, "--connect", f"127.0.0.1:{daemon.smpp}", "--system-id", "load",
             "--password", "secret", "--window", "100", "--count", "60000", "--text", "full #{n}",
             "--acked-file", acked, "--quiet"], capture_output=True, text=True, check=False)
        figures = dict(pair.split("=") for pair in load.stdout.split()[-30:] if "=" in pair)
        assert int(figures["refused"]) > 0, f"the disk was never full: {figures}"
        assert int(figures["acked"]) > 0, figures
        status, problem = daemon.send("no room #900001")
        assert status == 503 and problem["code"] == "STORAGE_UNAVAILABLE", (status, problem)
        subprocess.run(["mount", "-o", "remount,size=400m", place], check=True)
        wait_for("room", lambda: daemon.send("room again #900002")[0] == 202)
        with open(acked, encoding="utf-8") as lines:
            promised = {f"full #{line.split()[0]}" for line in lines}
        wait_for("the queue to empty", lambda: daemon.figures()["messages_waiting"] == 0)
        missing = promised - set(carrier.texts())
        assert not missing, f"{len(missing)} acknowledged messages were lost"
        assert daemon.end(signal.SIGTERM) == 0
    finally:
        stop(daemon, carrier)
        subprocess.run(["umount", "-l", place], check=False)
    print(f"full disk: acknowledged {figures['acked']}, refused {figures['refused']}, lost 0")
    return True


def missing_directory(programs, folder):
    config = os.path.join(folder, "missing.toml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f'[store]\npath = "{folder}/nowhere/smppd.db"\n')
    done = subprocess.run([programs.smppd, "run", "--config", config], capture_output=True,
                          text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert f"{folder}/nowhere" in done.stderr, done.stderr
    print(f"missing directory: {done.stderr.strip().splitlines()[-1]}", flush=True)


def supervised(programs, folder):
    carrier = Carrier(programs.smsc_sim, folder)
    daemon = Daemon(programs.smppd, folder, carrier)
    place = os.path.join(folder, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(place)
        said = []

        def listen():
            while message := supervisor.recv(1000).decode():
                said.append(message.split("\n")[0])
        listener = threading.Thread(target=listen)
        listener.start()
        daemon.environment = dict(os.environ, NOTIFY_SOCKET=place, WATCHDOG_USEC="200000")
        try:
            daemon.start()
            wait_for("signs of life", lambda: said.count("WATCHDOG=1") >= 5)
            assert daemon.end(signal.SIGTERM) == 0
            wait_for("its end", lambda: "STOPPING=1" in said)
            # It may be alive for a while after it began to stop.
            words = [word for word in said if word != "WATCHDOG=1"]
            assert said[0] == "READY=1" and words == ["READY=1", "STOPPING=1"], said
        finally:
            stop(daemon, carrier)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(b"", place)
            listener.join()
    print("supervised: ready, alive again and again, stopping", flush=True)


def stop(daemon, carrier):
    for process in (daemon.process, carrier.process):
        if process and process.poll() is None:
            process.kill()
            process.wait()


def main():
    options = argparse.ArgumentParser()
    for name in ("--smppd", "--smsc-sim", "--esme-load"):
        options.add_argument(name, required=True)
    programs = options.parse_args()
    began = time.monotonic()
    skipped = False
    for case in (missing_directory, locked, full, supervised):
        with tempfile.TemporaryDirectory(prefix="smppd-trouble-") as folder:
            try:
                skipped = case(programs, folder) is False or skipped
            except BaseException:
                log = os.path.join(folder, "smppd.log")
                if os.path.exists(log):
                    with open(log, encoding="utf-8", errors="replace") as lines:
                        print("".join(lines.readlines()[-30:]), file=sys.stderr)
                raise
    print(f"cases=4 skipped={int(skipped)} seconds={time.monotonic() - began:.1f}")
    return SKIPPED if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
