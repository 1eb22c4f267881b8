#!/usr/bin/env python3
"""A backup of a running store, and its restoration, by the commands of docs/operations.md.

Under load (HTTP and SMPP, more than the carrier takes) the backup is made; a while later smppd is
killed, its store is lost, and the backup takes its place. Then
  - the backup command has ended while the load went on, and SQLite finds the copy intact,
  - what was acknowledged before it began is there, reaches the carrier, and ends,
  - what the carrier saw twice is marked possible_duplicate,
  - and smppd takes new messages, and stops in order.
"""
import argparse
import collections
import itertools
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error

from crash_test import path_of
from harness import wait_for
from smpp_peers import Esme, SimulatedCarrier, TroubledDaemon, observed

DOCUMENT = os.path.join(os.path.dirname(__file__), "../../docs/operations.md")
DOCUMENTED_FOLDER = "/var/lib/smppd/"
CALLERS = 4
RATE = 300  # messages/s at the carrier; the load is more

Sent = collections.namedtuple("Sent", "id")


def documented(folder):
    """The command that makes a backup, and those that restore it, for a store in `folder`."""
    with open(DOCUMENT, encoding="utf-8") as document:
        chapter = document.read().split("\n## Backup\n")[1].split("\n## ")[0]
    backup, restore = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    backup = backup.removeprefix("runuser -u smppd -- ")
    restore = re.sub(r"^systemctl .*\n", "", restore, flags=re.MULTILINE)
    restore = restore.replace("-o smppd -g smppd ", "")
    assert "VACUUM INTO" in backup and "install" in restore, (backup, restore)
    return [text.replace(DOCUMENTED_FOLDER, folder + "/") for text in (backup, restore)]


class Load:
    def __init__(self, daemon):
        self.daemon, self.over, self.serials = daemon, threading.Event(), itertools.count(1)
        self.over_http = {}  # text: id
        self.esme = Esme(daemon.smpp, window=50)
        self.threads = [threading.Thread(target=self.call) for _ in range(CALLERS)]
        self.threads.append(threading.Thread(target=self.submit))
        for thread in self.threads:
            thread.start()

    def call(self):
        while not self.over.is_set():
            text = f"http #{next(self.serials)}"
            try:
                status, answer = self.daemon.send(text)
            except (urllib.error.URLError, OSError, ValueError):
                return  # killed
            assert status == 202, (status, answer)
            self.over_http[text] = answer["sms_message_id"]

    def submit(self):
        while not self.over.is_set() and self.esme.submit(f"smpp #{next(self.serials)}"):
            time.sleep(0.002)

    def accepted(self):
        """{text: path in the API}"""
        over_smpp = {text: path_of(Sent(identifier))
                     for identifier, text in list(self.esme.ids.items())}
        return over_smpp | {text: f"/v1/sms/messages/{identifier}"
                            for text, identifier in list(self.over_http.items())}

    def finish(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def run(given, folder, daemon, carrier):
    place = os.path.dirname(daemon.store)
    backup, restore = documented(place)
    daemon.start()
    load = Load(daemon)
    time.sleep(given.seconds)
    promised = load.accepted()
    began = time.monotonic()
    subprocess.run(backup, shell=True, check=True, timeout=60)
    took = time.monotonic() - began
    assert all(thread.is_alive() for thread in load.threads), "the load ended"
    assert len(load.accepted()) > len(promised), "nothing was accepted during the backup"
    time.sleep(0.5)
    waited = daemon.figures()["messages_waiting"]
    assert waited, "nothing waits: the load is too small"
    daemon.stop_hard()
    load.finish()

    subprocess.run(restore, shell=True, check=True)
    intact = subprocess.run(["sqlite3", daemon.store, "PRAGMA integrity_check"],
                            capture_output=True, text=True, check=True).stdout.strip()
    assert intact == "ok", intact
    daemon.start()
    listener = Esme(daemon.smpp)
    answers = {text: daemon.call(path) for text, path in promised.items()}
    lost = [text for text, (status, _) in answers.items() if status != 200]
    assert not lost, f"{len(lost)} acknowledged messages are not in the backup: {lost[:5]}"
    wait_for("the queue to empty", lambda: daemon.figures()["messages_waiting"] == 0)
    seen = collections.Counter(carrier.texts())
    missing = [text for text in promised if text not in seen]
    assert not missing, f"{len(missing)} messages never reached the carrier: {missing[:5]}"

    def ended(text):
        answer = daemon.call(promised[text])[1]
        # The receipt of what was sent once may have come after the backup, and comes no more.
        return answer["status"] == "DELIVERED" or answer["status"] == "SENT" and seen[text] == 1
    for text in promised:
        wait_for(f"the end of {text}", lambda one=text: ended(one))
    repeated = [text for text in promised if seen[text] > 1]
    assert repeated, "nothing was sent again: the backup was not the store's past"
    unmarked = [text for text in repeated
                if not daemon.call(promised[text])[1]["possible_duplicate"]]
    assert not unmarked, f"{len(unmarked)} of {len(repeated)} are not marked: {unmarked[:5]}"
    assert daemon.send("after #0")[0] == 202
    wait_for("a new message", lambda: "after #0" in carrier.texts())
    listener.close()
    status = daemon.end(signal.SIGTERM)
    assert status == 0, f"smppd stopped with status {status}"
    return {"promised": len(promised), "lost": 0, "repeated": len(repeated),
            "octets": os.path.getsize(os.path.join(place, "backup.db")),
            "took_ms": round(took * 1000), "waited": waited}


def main():
    options = argparse.ArgumentParser()
    for name in ("--smppd", "--smsc-sim"):
        options.add_argument(name, required=True)
    options.add_argument("--seconds", type=float, default=3, help="of load before the backup")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="smppd-backup-") as folder:
        carrier = SimulatedCarrier(given.smsc_sim, folder)
        daemon = TroubledDaemon(given.smppd, folder, carrier,
                                carrier_settings=f"rate = {RATE}")
        with observed(daemon, carrier):
            figures = run(given, folder, daemon, carrier)
    print(" ".join(f"{name}={value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
