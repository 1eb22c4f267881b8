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
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

WINDOW, BINDS = 50, 2
COUNT = 20_000
HTTP_SERIALS = 1_000_000_000  # the carrier tells messages apart by the number after #
PATIENCE = 60  # seconds, for anything that must happen


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Carrier:
    """A simulated carrier that outlives every crash and remembers each message it was given."""

    def __init__(self, program, folder):
        self.log = os.path.join(folder, "submits.log")
        self.port, self.control = free_port(), free_port()
        self.process = subprocess.Popen(
            [program, "--listen", f"127.0.0.1:{self.port}", "--control",
             f"127.0.0.1:{self.control}", "--log", self.log, "--window", "500"],
            stdout=subprocess.DEVNULL)
        wait_for("the simulated carrier", lambda: answers(self.control))

    def ask(self, command):
        with socket.create_connection(("127.0.0.1", self.control), 5) as link:
            link.sendall(command.encode() + b"\n")
            return link.makefile().readline().strip()

    def figures(self):
        pairs = (pair.split("=", 1) for pair in self.ask("stats").split())
        return {name: int(value) for name, value in pairs}

    def texts(self):
        self.ask("flush")
        with open(self.log, encoding="utf-8") as lines:
            return [line.rstrip("\n").split(" text=", 1)[1] for line in lines]


class Daemon:
    def __init__(self, program, folder, carrier):
        self.program, self.folder = program, folder
        self.smpp, self.http, self.admin = free_port(), free_port(), free_port()
        self.config = os.path.join(folder, "smppd.toml")
        self.store = os.path.join(folder, "smppd.db")
        self.log = open(os.path.join(folder, "smppd.log"), "ab")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f'''
[store]
path = "{self.store}"
[http]
listen = "127.0.0.1:{self.http}"
[admin]
listen = "127.0.0.1:{self.admin}"
[smpp]
listen = "127.0.0.1:{self.smpp}"
[[carrier]]
name = "simulated"
host = "127.0.0.1"
port = {carrier.port}
system_id = "smppd"
password = "secret"
binds = {BINDS}
window = {WINDOW}
[[route]]
prefix = ""
carriers = ["simulated"]
''')
        self.run("account", "add", "crash")
        self.run("login", "add", "--account", "crash", "--system-id", "load", given="secret\n")
        self.key = self.run("key", "add", "--account", "crash").split()[0]
        self.process = None

    def run(self, *arguments, given=None):
        done = subprocess.run([self.program, *arguments, "--config", self.config], input=given,
                              capture_output=True, text=True, check=True)
        return done.stdout

    def start(self):
        self.process = subprocess.Popen([self.program, "run", "--config", self.config],
                                        stdout=self.log, stderr=self.log)
        wait_for("smppd", lambda: answers(self.http) and answers(self.smpp))

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def call(self, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http}{path}",
            None if body is None else json.dumps(body).encode(),
            {"X-API-Key": self.key, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)

    def figures(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/status", timeout=10) as answer:
            return json.load(answer)


def send_over_http(daemon, cycle, stop, accepted):
    serial = 0
    while not stop.is_set():
        serial += 1
        text = f"http #{HTTP_SERIALS + cycle * 1_000_000 + serial}"
        try:
            status, body = daemon.call(
                "/v1/sms/send", {"to": "+4791234567", "from": "Crash", "message": text})
            if status == 202:
                accepted[text] = body["sms_message_id"]
        except (urllib.error.URLError, OSError, json.JSONDecodeError):
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
