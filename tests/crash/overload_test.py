#!/usr/bin/env python3
"""Many times the load that smppd can pass on, for as long as is asked for.

A carrier takes about 500 messages a second. Against that stand esme_load on several binds with big
windows, two ESMEs that look at each answer, and HTTP callers on many connections, all as fast as
they are answered. Then
  - what there is no room for is answered 503 or 429, ESME_RTHROTTLED, ESME_RMSGQFUL or
    ESME_RSYSERR, and nothing else,
  - the memory of smppd does not grow once its queues are full, but for SQLite's cache,
  - what was accepted reaches the carrier, once, and is reported,
  - and after it a single message goes through to its receipt.
"""
import argparse
import collections
import http.client
import itertools
import json
import os
import signal
import subprocess
import tempfile
import threading
import time

from harness import wait_for
from smpp_peers import (OK, REFUSED_FOR_NOW, Esme, SimulatedCarrier, TroubledDaemon,
                        observed)

DELAY_MS, CARRIER_RATE = 200, 500  # of its answers, with a window of 100; messages a second
HTTP_CONNECTIONS = 80  # of which connections_per_address lets in 64
LIMITS = """
[limits]
queued_max = 5000
queue_memory_max = 1000
receipts_memory_max = 1000
notices_memory_max = 1000
"""
IN_WINDOW = 400  # of smppd; the windows of the ESMEs are larger
ESME_LOADS, LOAD_BINDS, LOAD_WINDOW = 2, 2, 1000
# What SQLite may cache of a database that grows: 64 MiB for the writer, 8 for each of two readers.
# Sixteen octets that are kept of each refused message would be more than that within 15 s.
GROWTH_MAX_KIB = 80 * 1024
PEAK_MAX_KIB = 200 * 1024


class Caller(threading.Thread):
    """One HTTP connection, one message after the other."""

    def __init__(self, daemon, serials, over):
        super().__init__()
        self.daemon_under_load, self.serials, self.over = daemon, serials, over
        self.accepted, self.statuses = {}, collections.Counter()

    def run(self):
        connection = None
        while not self.over.is_set():
            text = f"http #{next(self.serials)}"
            body = json.dumps({"to": "+4791234567", "from": "Test", "message": text})
            try:
                connection = connection or http.client.HTTPConnection(
                    "127.0.0.1", self.daemon_under_load.http, timeout=60)
                connection.request("POST", "/v1/sms/send", body, {
                    "X-API-Key": self.daemon_under_load.key, "Content-Type": "application/json"})
                answer = connection.getresponse()
                told = json.load(answer)
                self.statuses[answer.status, told.get("code")] += 1
                if answer.status == 202:
                    self.accepted[text] = told["sms_message_id"]
                elif told["code"] == "TOO_MANY_CONNECTIONS":
                    raise ConnectionError
            except (OSError, http.client.HTTPException):
                self.statuses["closed"] += 1
                connection.close()
                connection = None
                self.over.wait(0.2)


def submit_all(esme, serials, over):
    while not over.is_set() and esme.submit(f"look #{next(serials)}", patience=1):
        pass


def start_loads(program, daemon, folder, seconds):
    return [subprocess.Popen(
        [program, "--connect", f"127.0.0.1:{daemon.smpp}", "--system-id", "load", "--password",
         "secret", "--binds", str(LOAD_BINDS), "--window", str(LOAD_WINDOW), "--seconds",
         str(seconds), "--text", "load #{n}", "--first-serial", str((n + 2) * 1_000_000_000),
         "--acked-file", os.path.join(folder, f"acked-{n}"), "--quiet"],
        stdout=subprocess.PIPE, text=True) for n in range(ESME_LOADS)]


def watch_memory(daemon, seconds):
    sizes, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        assert daemon.process.poll() is None, f"smppd ended: {daemon.last_words()}"
        sizes.append(daemon.resident_kib())
        if len(sizes) % 20 == 0:
            print(f"{end - time.monotonic():.0f} s left, smppd has {sizes[-1]} KiB", flush=True)
        time.sleep(0.5)
    return sizes


def read_acked(folder):
    acked = set()
    for n in range(ESME_LOADS):
        with open(os.path.join(folder, f"acked-{n}"), encoding="utf-8") as lines:
            acked |= {f"load #{line.split()[0]}" for line in lines}
    return acked


def single_message(daemon, carrier):
    began = time.monotonic()
    status, answer = daemon.send("single #999999999")
    assert status == 202, (status, answer)
    wait_for("the receipt of a single message", lambda: daemon.call(
        f"/v1/sms/messages/{answer['sms_message_id']}")[1]["status"] == "DELIVERED")
    assert "single #999999999" in carrier.texts()
    return time.monotonic() - began


def run(given, folder, daemon, carrier):
    daemon.start()
    idle_kib, over = daemon.resident_kib(), threading.Event()
    loads = start_loads(given.esme_load, daemon, folder, given.seconds)
    serials = itertools.count(1)
    esmes = [Esme(daemon.smpp, LOAD_WINDOW, system_id="look") for _ in range(2)]
    callers = [Caller(daemon, serials, over) for _ in range(HTTP_CONNECTIONS)]
    submitters = [threading.Thread(target=submit_all, args=(esme, serials, over))
                  for esme in esmes]
    for thread in (*callers, *submitters):
        thread.start()
    try:
        sizes = watch_memory(daemon, given.seconds)
    finally:
        over.set()
        for thread in (*callers, *submitters):
            thread.join()
        reports = [load.communicate(timeout=120)[0] for load in loads]
    wait_for("answers to the ESMEs", lambda: not any(esme.waiting for esme in esmes))

    seen = sum((caller.statuses for caller in callers), collections.Counter())
    over_smpp = collections.Counter(s for esme in esmes for s in esme.answered.values())
    print(f"HTTP: {dict(seen)}\nSMPP: { {hex(s): n for s, n in over_smpp.items()} }")
    for what in seen:
        assert what == "closed" or what[0] in (202, 429, 503), f"an answer {what}"
    assert set(over_smpp) <= {OK, *REFUSED_FOR_NOW}, over_smpp
    loaded = [dict(p.split("=") for p in r.split() if "=" in p) for r in reports]
    refused = sum(n for what, n in seen.items() if what != "closed" and what[0] != 202)
    refused += sum(n for status, n in over_smpp.items() if status != OK)
    refused += sum(int(figures["refused"]) for figures in loaded)
    assert any(what[0] == 503 for what in seen), "no HTTP caller was told 503"
    assert any(int(figures["refused"]) for figures in loaded), "no ESME was refused anything"
    offered = sum(seen.values()) + sum(over_smpp.values()) + sum(int(f["sent"]) for f in loaded)
    assert offered >= 10 * CARRIER_RATE * given.seconds, f"only {offered} messages were offered"
    settled_kib, last_kib, peak_kib = min(sizes[len(sizes) // 4:]), sizes[-1], max(sizes)
    assert last_kib <= settled_kib + GROWTH_MAX_KIB, f"it grew from {settled_kib} to {last_kib} KiB"
    assert peak_kib <= PEAK_MAX_KIB, f"smppd had {peak_kib} KiB"

    print("the load is over", flush=True)
    accepted = dict(item for caller in callers for item in caller.accepted.items())
    promised = set(accepted) | read_acked(folder).union(*(esme.accepted() for esme in esmes))
    wait_for("the queue to empty", lambda: daemon.figures()["messages_waiting"] == 0)
    missing = promised - set(carrier.texts())
    assert not missing, f"{len(missing)} accepted messages were lost: {sorted(missing)[:5]}"
    assert carrier.figures()["repeats"] == 0, "messages were sent twice"
    wait_for("receipts over SMPP", lambda: set().union(*(esme.ids for esme in esmes)) ==
             set().union(*(esme.receipts for esme in esmes)))
    for text, message in list(accepted.items())[-200:]:
        wait_for(f"the receipt of {text}", lambda m=message: daemon.call(
            f"/v1/sms/messages/{m}")[1]["status"] == "DELIVERED")
    single_seconds = single_message(daemon, carrier)
    for esme in esmes:
        esme.close()
    after_kib = daemon.resident_kib()
    status = daemon.end(signal.SIGTERM)
    assert status == 0, f"smppd stopped with status {status}"
    return {"accepted": len(promised), "refused": refused, "lost": 0,
            "offered_per_second": round(offered / given.seconds),
            "idle_kib": idle_kib, "peak_kib": peak_kib, "settled_kib": settled_kib,
            "last_kib": last_kib, "after_kib": after_kib, "single_ms": round(single_seconds * 1000)}


def main():
    options = argparse.ArgumentParser()
    for name in ("--smppd", "--smsc-sim", "--esme-load"):
        options.add_argument(name, required=True)
    options.add_argument("--seconds", type=int, default=15)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="smppd-overload-") as folder:
        carrier = SimulatedCarrier(given.smsc_sim, folder, "--delay", str(DELAY_MS))
        daemon = TroubledDaemon(given.smppd, folder, carrier, LIMITS,
                                smpp_settings=f"in_window = {IN_WINDOW}")
        daemon.run("login", "add", "--account", "crash", "--system-id", "look", given="secret\n")
        with observed(daemon, carrier):
            figures = run(given, folder, daemon, carrier)
    print(" ".join(f"{name}={value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
