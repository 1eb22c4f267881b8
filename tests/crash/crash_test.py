#!/usr/bin/env python3
"""Kills smppd with SIGKILL at random instants under mixed load, and checks what it had promised.
Sometimes it is stopped by SIGTERM, and then nothing may be repeated. Every other store has so
little room in memory that most of what waits is read back from the disk.

The load: HTTP sends with webhooks; an ESME with two binds that submits, schedules, cancels and
replaces, with receipts; messages from handsets, some in parts, to a webhook and to the ESME. In
each cycle smppd is killed when something has happened so often, or after some time, and started
again (sometimes killed again at once). Then, by what the outside world saw:
  - what was acknowledged (submit_sm_resp, HTTP 202) reached the carrier, and its end was reported,
  - what was refused, or was cancelled, was never sent, and a message has one end only,
  - what smppd acknowledged to the carrier (receipts, inbound messages) reached its taker,
  - the carrier saw no more repeats than the window of its binds for each kill, and they are marked
    possible_duplicate; whatever repeats at a webhook has the same webhook-id and the same body,
  - SQLite finds a copy of the killed store intact.

    --power-cut RECORDER   the disk also forgets what was not synced: see disk.py; RECORDER is the
                           library made from disk_recorder.cpp
    --lost-syncs SHARE     and it only pretends to have done that share of its syncs. Then a
                           promise must be found broken within the cycles: the checks can fail
"""
import argparse
import asyncio
import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import disk
from harness import BINDS, PATIENCE, WINDOW, Daemon
from outside_world import (CALLERS, KEYWORD, SERVICE, Carrier, Esme, HttpLink, Ledger, Webhooks,
                           fate_of, send_over_http)

STORE_LIVES = 5  # cycles; then an empty one is begun
SMALL_MEMORY = """
[limits]
queue_memory_max = 100
receipts_memory_max = 100
notices_memory_max = 50
"""
TOLD_MAX = 1000 + 50  # per taker: told, and not yet recorded so; and on their way
STOPS = 0.15  # share of the cycles
LOAD_MAX = 1.5  # seconds
START_MAX = 0.05  # seconds, about
DEATHS_MAX = 3  # in a cycle: the first under load, others at a start or soon after it
KILLED_AT = {"time": None, "submit": 3000, "acknowledgement": 3000, "acknowledged delivery": 3000,
             "report": 2000, "inbound": 500, "refusal": 500}  # the n-th of them, at most
WRITE_LOCK = 120  # SQLite's lock of the writer: this octet of the -shm file
SAMPLE = 40


class Broken(AssertionError):
    """A promise of smppd was broken."""


class PowerCut:
    """Makes of the store's folder what a disk would hold after a power cut."""

    def __init__(self, folder, recorder, lost_syncs, rng):
        self.folder, self.recorder, self.lost_syncs, self.rng = folder, recorder, lost_syncs, rng
        self.record, self.disk, self.cases = None, None, {}
        self.compared, self.syncs = 0, 0

    def prepare(self, daemon):
        self.record = os.path.join(daemon.folder, "disk-record")
        if os.path.exists(self.record):
            os.remove(self.record)
        self.disk = disk.Disk(self.folder, lambda: self.rng.random() < self.lost_syncs)
        daemon.environment = dict(os.environ, LD_PRELOAD=self.recorder, DISK_RECORD=self.record,
                                  RECORDED_FOLDER=self.folder)

    def cut(self):
        self.disk.replay(self.record)
        self.syncs += self.disk.syncs
        differing = self.disk.differs()
        assert not differing, f"the recorder has not seen all that was written to {differing}"
        self.compared += not self.disk.cut_off
        left, case = self.disk.after_power_cut(self.rng)
        self.cases[case] = self.cases.get(case, 0) + 1
        disk.write_folder(self.folder, left)


class Trial:
    """One smppd after the other on one store, and the world around them."""

    def __init__(self, given, folder, rng):
        self.given, self.folder, self.rng = given, folder, rng
        self.ledger = Ledger(rng)
        self.carrier, self.webhooks = Carrier(self.ledger), Webhooks(self.ledger)
        self.esme, self.daemon, self.power = Esme(self.ledger), None, None
        self.how, self.stores = signal.SIGKILL, 0
        self.kills = self.stops = self.intact = self.compared = self.syncs = self.marked = 0
        self.most, self.cases = {}, {}  # of what, at most, for a kill; how often the disk did what

    async def begin(self):
        await self.carrier.listen()
        await self.webhooks.listen()

    def be_the_world(self):
        return [self.carrier.send_inbound(),
                *(self.esme.stay_bound(lambda: self.daemon.smpp, version)
                  for version in (0x33, 0x34)),
                *(send_over_http(self.ledger, self.http, self.webhooks) for _ in range(CALLERS))]

    def http(self):
        return HttpLink(self.ledger, self.daemon.http, self.daemon.key)

    async def begin_store(self, number):
        folder = os.path.join(self.folder, f"store-{number}")
        os.mkdir(folder)
        self.stores += 1
        self.daemon = Daemon(
            self.given.smppd, folder, self.carrier, store='busy_timeout = "100ms"',
            smpp="in_window = 50\nwindow = 25",
            bind='reconnect_min = "50ms"\nreconnect_max = "200ms"',
            more=f'[webhook]\nretry = {["1s"] * 20}\n'.replace("'", '"')
                 + '[[inbound]]\naccount = "crash"\n'
                 + (SMALL_MEMORY if self.stores % 2 else ""))
        if self.given.power_cut:
            self.power = PowerCut(os.path.dirname(self.daemon.store), self.given.power_cut,
                                  self.given.lost_syncs, self.rng)
        await self.start()
        link = self.http()
        status, answer = await link.call("POST", "/v1/sms/keywords", {
            "keyword": KEYWORD, "webhook_url": self.webhooks.url("inbound")})
        assert status == 201, answer
        link.close()

    async def end_store(self):
        """In order: then nothing may be repeated, also where the power fails afterwards."""
        before = self.ledger.counts["repeats at the carrier"]
        self.daemon.process.send_signal(signal.SIGTERM)
        status = await self.gone()
        assert status == 0, f"smppd stopped with status {status}"
        if self.power:
            self.power.cut()
        self.check_intact()
        await self.start()
        await self.settle()
        repeats = self.ledger.counts["repeats at the carrier"] - before
        self.expect(repeats == 0, f"{repeats} repeats after an orderly stop")
        self.daemon.process.send_signal(signal.SIGTERM)
        await self.gone()
        if self.power:
            assert self.power.syncs, "no sync was recorded: the recorder does not see the store"
            self.compared += self.power.compared
            self.syncs += self.power.syncs
            for case, count in self.power.cases.items():
                self.cases[case] = self.cases.get(case, 0) + count
        shutil.rmtree(self.daemon.folder)

    def expect(self, holds, what):
        if not holds:
            raise Broken(what)

    async def until(self, what, holds):
        end = time.monotonic() + PATIENCE
        while not holds():
            status = self.daemon.process.poll()
            if status is not None:  # of a signal also a damaged store is no excuse
                raise (Broken if status > 0 else AssertionError)(f"smppd ended, status {status}")
            self.expect(time.monotonic() < end, f"waited {PATIENCE} s in vain for {what()}")
            await asyncio.sleep(0.05)

    async def gone(self):
        """Until smppd is gone and everything that it said has been read."""
        status = await asyncio.to_thread(self.daemon.process.wait, PATIENCE)
        end = time.monotonic() + PATIENCE
        while self.ledger.links:
            assert time.monotonic() < end, f"{self.ledger.links} did not end with smppd"
            await asyncio.sleep(0.01)
        return status

    def launch(self):
        if self.power:
            self.power.prepare(self.daemon)
        self.daemon.launch()

    async def start(self):
        self.launch()
        await self.until(lambda: "smppd to start", self.daemon.answers)

    # A cycle.

    async def cycle(self, number):
        ledger, before = self.ledger, dict(self.ledger.counts)
        await self.until(lambda: "the binds", self.all_bound)
        where = await self.load_until_killed()
        stops = int(self.how == signal.SIGTERM)
        if stops:
            status = await self.gone()
            self.expect(status == 0, f"smppd stopped with status {status}")
        self.how = signal.SIGKILL
        await self.after_death()
        deaths = 1
        while deaths < DEATHS_MAX and self.rng.random() < 0.25:
            await self.live_briefly()
            await self.after_death()
            deaths += 1
        await self.start()
        await self.check_lost()
        await self.settle()
        self.check_wrongs()
        more = {name: count - before.get(name, 0) for name, count in ledger.counts.items()}
        repeats = more.get("repeats at the carrier", 0)
        kills = deaths - stops
        self.expect(repeats <= WINDOW * BINDS * kills,
                    f"{repeats} repeats at the carrier after {kills} kills and {stops} stops")
        for name in ("repeated reports, ESME", "repeated reports, HTTP",
                     "repeated inbound messages"):
            self.expect(more.get(name, 0) <= TOLD_MAX * kills, f"{more.get(name, 0)} {name}")
        for name, count in more.items():
            self.most[name] = max(self.most.get(name, 0), -(-count // deaths))
        await self.check_over_http()
        self.kills += kills
        self.stops += stops
        print(f"cycle {number}: killed {kills}x, stopped {stops}x, {where}; " + ", ".join(
            f"{name} {count}" for name, count in sorted(more.items()) if count), flush=True)

    def all_bound(self):
        return len(self.esme.binds) == 2 and len(self.carrier.binds) == BINDS

    async def load_until_killed(self):
        ledger, process = self.ledger, self.daemon.process
        kind = self.rng.choice(list(KILLED_AT))
        most = KILLED_AT[kind]
        ledger.left = self.rng.randrange(1, most) if most else 0
        ledger.kill_at, ledger.kill = kind, self.die
        seconds = LOAD_MAX if most else self.rng.uniform(0, LOAD_MAX)
        end = time.monotonic() + seconds
        ledger.loading = True
        self.esme.load()
        holding = None
        if self.rng.random() < 0.25 or kind == "refusal":
            holding = asyncio.create_task(self.hold_store(self.rng.uniform(0, seconds)))
        elif self.rng.random() < STOPS:
            self.how = signal.SIGTERM
        while ledger.kill and process.poll() is None and time.monotonic() < end:
            await asyncio.sleep(0.01)
        if ledger.kill:
            self.die()
        if holding:
            await holding
        return f"at {kind}" if most else f"after {seconds:.2f} s"

    def die(self):
        self.ledger.kill, self.ledger.loading = None, False
        self.daemon.process.send_signal(self.how)

    async def hold_store(self, after):
        """As another process that writes does, without writing: commits fail meanwhile."""
        await asyncio.sleep(after)
        with open(self.daemon.store + "-shm", "r+b") as file:
            end = time.monotonic() + 5
            while time.monotonic() < end:
                try:
                    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, WRITE_LOCK)
                    break
                except OSError:
                    await asyncio.sleep(0.0005)
            await asyncio.sleep(0.5)

    async def after_death(self):
        await self.gone()
        if self.power:
            self.power.cut()
        self.check_intact()

    async def live_briefly(self):
        """Killed again while it starts, or soon after that."""
        if self.rng.random() < 0.5:
            await self.start()
            await asyncio.sleep(self.rng.uniform(0, 1))
        else:
            self.launch()
            await asyncio.sleep(self.rng.uniform(0, START_MAX))
        self.die()

    def status(self):
        address = f"http://127.0.0.1:{self.daemon.admin}/status"
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return answer.read()

    async def settle(self):
        await self.until(lambda: "the binds", self.all_bound)
        await self.until(lambda: f"what is owed: {list(self.ledger.owed().items())[:5]}, "
                         f"to deliver {len(self.carrier.waiting)}", self.settled)
        waiting = b'"messages_waiting":0'
        end = time.monotonic() + PATIENCE
        while waiting not in await asyncio.to_thread(self.status):
            self.expect(time.monotonic() < end, "messages wait for ever")
            await asyncio.sleep(0.1)

    def settled(self):
        return self.carrier.idle() and not self.ledger.owed()

    # What is checked.

    def check_intact(self):
        """A copy, so that smppd finds the store as the crash left it."""
        folder = os.path.join(self.daemon.folder, "copy")
        os.makedirs(folder)
        store = os.path.dirname(self.daemon.store)
        for name in os.listdir(store):
            if not name.endswith("-shm"):
                shutil.copy(os.path.join(store, name), folder)
        copy = os.path.join(folder, os.path.basename(self.daemon.store))
        found = subprocess.run(["sqlite3", copy, "PRAGMA integrity_check"], capture_output=True,
                               text=True, check=False)
        self.expect(found.stdout.strip() == "ok", f"damaged: {found.stdout} {found.stderr}")
        self.intact += 1
        shutil.rmtree(folder)

    def check_wrongs(self):
        self.expect(not self.ledger.wrongs, "; ".join(self.ledger.wrongs[:10]))

    async def check_lost(self):
        """What was acknowledged and is not over must be there, at once."""
        link = self.http()
        for number in list(self.ledger.owed()):
            message = self.ledger.outgoing.get(number)
            if message is None or message.answer != "accepted":
                continue
            status, answer = await link.call("GET", path_of(message))
            self.expect(status == 200, f"{number} was acknowledged, and lost: {status} {answer}")
        link.close()

    async def check_over_http(self):
        """What was repeated is marked; and of the others some, whether the API knows their end."""
        repeated = [one for one in self.ledger.repeated.values() if one.id]
        accepted = [one for one in self.ledger.fresh if one.answer == "accepted"]
        self.ledger.repeated, self.ledger.fresh = {}, []
        link = self.http()
        for message in repeated + self.rng.sample(accepted, min(SAMPLE, len(accepted))):
            status, answer = await link.call("GET", path_of(message))
            self.expect(status == 200, f"{message.number}: {status} {answer}")
            if answer["recipient_count"] > 1:
                continue  # its recipients are marked, which their webhooks say
            self.check_answer(message, answer)
            self.marked += message.repeated()
        link.close()

    def check_answer(self, message, answer):
        if message.repeated():
            self.expect(answer["possible_duplicate"], f"repeated, and not marked: {answer}")
        if not message.wants_receipt:
            return
        expected = {"DELIVRD": "DELIVERED"}.get(fate_of(message.number), "FAILED")
        if message.cancelled or "DELETED" in message.reports:
            expected = "CANCELLED"
        self.expect(answer["status"] == expected, f"{message.number}, {expected}: {answer}")


def path_of(message):
    """In the HTTP API also what came over SMPP has a UUID, which its 16 digits are the end of."""
    if message.id.startswith("msg-"):
        return f"/v1/sms/messages/{message.id}"
    low = int(message.id, 16)
    milliseconds = ((low & ~(1 << 63)) >> 22) + 1_704_067_200_000
    return (f"/v1/sms/messages/{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7000-"
            f"{message.id[:4]}-{message.id[4:]}")


async def run(given, folder, rng):
    trial = Trial(given, folder, rng)
    await trial.begin()
    await trial.begin_store(1)
    world = [asyncio.create_task(one) for one in trial.be_the_world()]
    try:
        for cycle in range(1, given.cycles + 1):
            await trial.cycle(cycle)
            for task in world:
                if task.done():
                    task.result()
            if cycle % STORE_LIVES == 0 or cycle == given.cycles:
                await trial.end_store()
                if cycle < given.cycles:
                    await trial.begin_store(cycle + 1)
    except BaseException:
        with open(os.path.join(trial.daemon.folder, "smppd.log"), encoding="utf-8",
                  errors="replace") as log:
            print("".join(log.readlines()[-40:]), file=sys.stderr)
        if given.keep:
            shutil.copytree(trial.daemon.folder, given.keep, dirs_exist_ok=True)
        raise
    finally:
        for task in world:
            task.cancel()
        if trial.daemon.process.poll() is None:
            trial.daemon.process.kill()
            trial.daemon.process.wait()
    return trial


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--smppd", required=True)
    options.add_argument("--cycles", type=int, default=10)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options.add_argument("--power-cut")
    options.add_argument("--lost-syncs", type=float, default=0)
    options.add_argument("--keep", help="a folder that gets the store, as it is, of a failure")
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="smppd-crash-") as folder:
        try:
            trial = asyncio.run(run(given, os.path.realpath(folder), random.Random(given.seed)))
        except Broken as broken:
            if not given.lost_syncs:
                raise
            print(f"as it must be with a disk that loses syncs: {broken}")
            print(f"found=1 seed={given.seed}")
            return 0
    if given.lost_syncs:
        print(f"{given.cycles} cycles on a disk that loses syncs, and nothing was found")
        return 1
    counts = trial.ledger.counts
    figures = {
        "cycles": given.cycles, "kills": trial.kills, "stops": trial.stops, "lost": 0,
        "intact": trial.intact,
        "acknowledged": counts["acknowledgement"], "refused": counts["refusal"],
        "cancelled": counts["cancelled"], "replaced": counts["replaced"],
        "acknowledged_to_carrier": counts["acknowledged delivery"], "reports": counts["report"],
        "inbound": counts["inbound"], "repeats": counts["repeats at the carrier"],
        "repeats_max": trial.most.get("repeats at the carrier", 0), "window": WINDOW * BINDS,
        "marked": trial.marked, "repeats_esme": counts["repeated reports, ESME"],
        "repeats_esme_max": trial.most.get("repeated reports, ESME", 0),
        "repeats_webhook": counts["repeated reports, HTTP"],
        "repeats_webhook_max": trial.most.get("repeated reports, HTTP", 0),
        "repeats_inbound": counts["repeated inbound messages"],
        "repeats_inbound_max": trial.most.get("repeated inbound messages", 0),
        "inbound_pieces": counts["inbound messages in pieces"]}
    figures |= {f"cut_{case}": count for case, count in trial.cases.items()}
    if given.power_cut:
        assert trial.compared, "the record was never compared with the folder"
        figures |= {"compared": trial.compared, "syncs": trial.syncs}
    print(" ".join(f"{name}={value}" for name, value in figures.items()), f"seed={given.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
