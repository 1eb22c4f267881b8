#!/usr/bin/env python3
"""Lets each call that the store makes to its disk fail in turn: the 1st, the 2nd, the 3rd ...

A case is a call (pwrite, fdatasync, ...) on one of the store's files, its number since the case
began, an error, once or for as long as the trouble lasts, and whether the call had its effect
before it failed. The trouble comes while messages go through, at a start, or at a stop; in some
cases smppd is killed in the midst of it. Then
  - nothing is answered OK that was asked for while every commit failed,
  - smppd runs on and accepts again once the trouble is over, or had stopped with a clear message
    and starts again,
  - everything that was answered OK reaches the carrier, once, and is reported,
  - nothing that was answered with an error reaches the carrier (but for what was answered right
    before a kill: the fate of that commit is unknown),
  - the database is intact.
At last octets of pages of the database are changed: smppd says so, or is not touched by it.
"""
import argparse
import collections
import ctypes
import errno
import itertools
import mmap
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error

from harness import BINDS, WINDOW, Carrier, wait_for
from smpp_peers import OK, REFUSED_FOR_NOW, Esme, TroubledDaemon

CALLS = ("open", "pread", "pwrite", "sync", "truncate", "lock", "unlock", "map")
FILES = ("none", "database", "log", "index", "journal")
MANNERS = ("before", "after", "partly")
ERRORS = {"pread": (errno.EIO,), "pwrite": (errno.EIO, errno.ENOSPC),
          "sync": (errno.EIO, errno.ENOSPC), "truncate": (errno.EIO,),
          "open": (errno.EIO, errno.EMFILE, errno.ENOSPC), "map": (errno.ENOMEM,),
          "lock": (errno.EAGAIN, errno.EIO), "unlock": (errno.EIO,)}
COMMITS_NEED = {("pwrite", "log"), ("sync", "log")}  # without these calls there is no commit
# What is worth trying when, and how many of these calls there are about.
RUNNING = {("pwrite", "log"): 12, ("sync", "log"): 6, ("lock", "index"): 12,
           ("unlock", "index"): 12, ("pread", "log"): 8, ("pread", "database"): 6}
STARTING = {("open", "database"): 6, ("open", "log"): 4, ("open", "index"): 4,
            ("pread", "database"): 12, ("pread", "log"): 12, ("map", "index"): 4,
            ("lock", "database"): 8, ("lock", "index"): 16, ("pwrite", "log"): 4,
            ("sync", "log"): 3, ("truncate", "index"): 2}
STOPPING = {("pwrite", "log"): 4, ("sync", "log"): 3, ("pwrite", "database"): 6,
            ("sync", "database"): 2, ("pread", "log"): 6, ("lock", "index"): 6,
            ("lock", "database"): 4, ("truncate", "log"): 1}
TROUBLE_SECONDS = 0.6
STUCK_SECONDS = 5
PAGE_OCTETS, DAMAGED_OCTETS = 4096, 32
CASES_PER_DAMAGE = 5
BURST = 400  # messages: more than memory takes, so that the rest is read back from the store
SETTINGS = """busy_timeout = "200ms"
[limits]
shutdown_timeout = "4s"
queue_memory_max = 100
receipts_memory_max = 100
"""

Case = collections.namedtuple("Case", "when call file nth error lasting how killed")


class Plan(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int32) for name in
                ("armed", "call", "file", "nth", "lasting", "error", "how", "seen", "failed")]


class FailingDisk:
    """Shares its plan with failing_disk.cpp in the daemon."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "plan")
        with open(self.path, "wb") as out:
            out.write(bytes(ctypes.sizeof(Plan)))
        with open(self.path, "r+b") as shared:
            self.memory = mmap.mmap(shared.fileno(), ctypes.sizeof(Plan))
        self.plan = Plan.from_buffer(self.memory)

    def arm(self, case):
        plan = self.plan
        plan.call, plan.file = CALLS.index(case.call), FILES.index(case.file)
        plan.nth, plan.lasting, plan.error = case.nth, case.lasting, case.error
        plan.how, plan.seen, plan.failed = MANNERS.index(case.how), 0, 0
        plan.armed = 1

    def disarm(self):
        self.plan.armed = self.plan.failed = 0


class Load:
    """One ESME and one HTTP caller, after as many messages at once as `burst` says."""

    def __init__(self, daemon, disk, serials, burst):
        self.daemon, self.disk, self.serials = daemon, disk, serials
        self.over = threading.Event()
        self.accepted_http, self.refused, self.unknown, self.untrue = {}, {}, set(), []
        self.statuses = collections.Counter()
        self.esme = Esme(daemon.smpp, window=100)
        for serial in itertools.islice(serials, burst):
            self.esme.submit(f"burst #{serial}")
        self.threads = [threading.Thread(target=self.send), threading.Thread(target=self.submit)]
        for thread in self.threads:
            thread.start()

    def send(self):
        for serial in self.serials:
            if self.over.is_set():
                return
            text = f"http #{serial}"
            failed_before = self.disk.plan.failed
            try:
                status, answer = self.daemon.send(text)
            except (urllib.error.URLError, OSError, ValueError):
                self.unknown.add(text)  # the daemon went away: no promise either way
                time.sleep(0.05)
                continue
            self.statuses[f"http {status}"] += 1
            if status == 202:
                self.accepted_http[text] = answer["sms_message_id"]
                if failed_before and self.disk.plan.armed and self.disk.plan.lasting:
                    self.untrue.append(text)
                if serial % 3 == 0:
                    self.ask(answer["sms_message_id"])
            else:
                self.refused[text] = (status, answer.get("code"))
            time.sleep(0.01)

    def ask(self, message_id):
        try:
            status, _ = self.daemon.call(f"/v1/sms/messages/{message_id}")
            self.statuses[f"get {status}"] += 1
        except (urllib.error.URLError, OSError, ValueError):
            self.statuses["get nothing"] += 1

    def submit(self):
        for serial in self.serials:
            if self.over.is_set() or not self.esme.submit(f"smpp #{serial}", patience=1):
                return
            time.sleep(0.01)

    def finish(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def accepted(self):
        return set(self.accepted_http) | self.esme.accepted()

    def refused_texts(self):
        over_smpp = {text for text, status in self.esme.answered.items() if status != OK}
        return set(self.refused) | over_smpp


class Trial:
    """One daemon and one carrier, through many cases."""

    def __init__(self, programs, folder):
        self.carrier = Carrier(programs.smsc_sim, folder)
        self.daemon = TroubledDaemon(programs.smppd, folder, self.carrier,
                                     SETTINGS, 'reconnect_min = "100ms"\nrate = 400')
        self.disk = FailingDisk(folder)
        self.daemon.preload(programs.failing_disk, FAILING_DISK=self.disk.path,
                            FAILING_DISK_STORE=self.daemon.store)
        self.serials = itertools.count(1)
        self.promised, self.refused = 0, 0
        self.old_ids = {}  # of SMPP messages, that may be reported in a later case

    def run(self, case):
        before = self.carrier.figures()["repeats"]
        if self.daemon.process is None:
            self.daemon.start()
        burst = BURST if case.when == "running" and case.call == "pread" else 0
        load = Load(self.daemon, self.disk, self.serials, burst)
        outcome = {"running": self.run_in_trouble, "stopping": self.stop_in_trouble,
                   "starting": self.start_in_trouble}[case.when](case, load)
        refused = self.check(case, outcome, load, before)
        self.refused += refused
        if outcome == "ran on":
            outcome += ", refused some" if refused else ", nothing refused"
        return outcome

    def run_in_trouble(self, case, load):
        self.disk.arm(case)
        end = time.monotonic() + TROUBLE_SECONDS
        while time.monotonic() < end and (case.lasting or not self.disk.plan.failed):
            time.sleep(0.02)
        hit = self.disk.plan.failed
        if case.killed:
            self.daemon.stop_hard()
        died = self.daemon.process.poll() is not None
        self.disk.disarm()
        if died:
            load.finish()
            why = None if case.killed else self.why_ended()
            self.daemon.start()
            return "was killed, started" if case.killed else "ended: " + why
        if case.call == "unlock" and hit and self.is_stuck():
            load.finish()
            self.daemon.end(signal.SIGTERM)
            self.daemon.start()
            return "stuck, restarted"
        wait_for("readiness", lambda: self.daemon.call("/readyz")[0] == 200)
        time.sleep(0.1)
        load.finish()
        if not hit:
            return "not reached"
        # It runs and has always run: whoever asked was answered, and not with a promise.
        assert not load.unknown, f"no answer to {sorted(load.unknown)[:5]}"
        if case.lasting and (case.call, case.file) in COMMITS_NEED and case.how == "before":
            assert load.refused_texts(), "no commit succeeded, and nothing was refused"
        return "ran on"

    def why_ended(self):
        status = self.daemon.process.poll()
        assert status == 1, f"smppd ended with {status}: {self.daemon.last_words()}"
        return self.why_refused()

    def is_stuck(self):
        """After an unlock that failed SQLite takes the lock for held as long as the process lives.
        (Linux does not refuse one on a local disk.) Then the log must say so, and a restart helps.
        """
        end = time.monotonic() + STUCK_SECONDS
        while time.monotonic() < end:
            if self.accepts():
                return False
            time.sleep(0.1)
        words = self.daemon.last_words(1000)
        assert "nothing is accepted until it works again" in words, words
        return True

    def accepts(self):
        return self.daemon.send(f"after #{next(self.serials)}")[0] == 202

    def stop_in_trouble(self, case, load):
        time.sleep(0.2)
        load.finish()
        self.disk.arm(case)
        status = self.daemon.end(signal.SIGTERM)
        hit = self.disk.plan.failed
        self.disk.disarm()
        words = self.daemon.last_words(2)
        assert status >= 0, f"smppd ended by signal {-status}: {words}"
        if status != 0:
            assert "the store did not take the last changes" in words, words
        self.daemon.start()
        return f"stopped with {status}" if hit else "not reached"

    def start_in_trouble(self, case, load):
        time.sleep(0.2)
        load.finish()
        self.daemon.end(signal.SIGKILL if case.killed else signal.SIGTERM)
        self.disk.arm(case)
        self.daemon.launch()
        wait_for("smppd to start or to give up", lambda: self.daemon.process.poll() is not None or
                 self.ready())
        hit = self.disk.plan.failed
        status = self.daemon.process.poll()
        self.disk.disarm()
        if status is None:
            return "started all the same" if hit else "not reached"
        why = self.why_ended()
        self.daemon.start()
        return "start refused: " + why

    def ready(self):
        try:
            return self.daemon.call("/readyz")[0] in (200, 503)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def check(self, case, outcome, load, repeats_before):
        if (case.call, case.file) in COMMITS_NEED and case.how != "partly":
            assert not load.untrue, f"accepted while no commit could succeed: {load.untrue[:5]}"
        for text, why in load.refused.items():
            assert why[0] == 503, (text, why)
        for text, status in load.esme.answered.items():
            assert status in (OK, *REFUSED_FOR_NOW), f"{text} was answered {status:#x}"
        wait_for("a new message to be accepted", self.accepts)
        odd = [what for what in load.statuses if what not in
               ("http 202", "http 503", "get 200", "get 503", "get nothing")]
        assert not odd, f"answers {odd}"
        promised = load.accepted()
        self.promised += len(promised)
        listener = load.esme if not load.esme.closed.is_set() else Esme(self.daemon.smpp)
        wait_for("the queue to empty", lambda: self.daemon.figures()["messages_waiting"] == 0)
        sent = set(self.carrier.texts())
        missing = promised - sent
        assert not missing, f"{len(missing)} accepted messages were lost: {sorted(missing)[:5]}"
        refused = load.refused_texts()
        orderly = not case.killed and outcome not in ("stopped with 1", "stuck, restarted")
        if orderly:
            wrong = refused & sent
            assert not wrong, f"{len(wrong)} refused messages were sent: {sorted(wrong)[:5]}"
        repeats = self.carrier.figures()["repeats"] - repeats_before
        allowed = 0 if orderly else WINDOW * BINDS
        assert repeats <= allowed, f"{repeats} messages were sent twice, {allowed} are allowed"
        self.wait_for_receipts(load, listener)
        load.esme.close()
        listener.close()
        return len(refused)

    def wait_for_receipts(self, load, listener):
        def unreported():
            return {i for i in load.esme.ids if i not in load.esme.receipts
                    and i not in listener.receipts}
        try:
            wait_for("receipts over SMPP", lambda: not unreported())
        except AssertionError as late:
            texts = [load.esme.ids[one] for one in unreported()]
            raise AssertionError(f"{late}: {texts[:5]}") from late
        for text, message_id in load.accepted_http.items():
            wait_for(f"the receipt of {text}", lambda m=message_id: self.daemon.call(
                f"/v1/sms/messages/{m}")[1].get("status") == "DELIVERED")

    def run_damaged(self, rng):
        """Starts on a copy of the database in which some octets of a page are others."""
        with open(self.daemon.store, "rb") as file:
            intact = file.read()
        page = rng.randrange(len(intact) // PAGE_OCTETS)
        at = page * PAGE_OCTETS + rng.choice((0, rng.randrange(PAGE_OCTETS - DAMAGED_OCTETS)))
        with open(self.daemon.store, "r+b") as file:
            file.seek(at)
            file.write(rng.randbytes(DAMAGED_OCTETS))
        self.daemon.launch()
        wait_for("smppd to start or to give up", lambda: self.daemon.process.poll() is not None or
                 self.ready())
        status = self.daemon.process.poll()
        if status is None:
            answered = self.daemon.send(f"damaged #{next(self.serials)}")[0]
            assert answered in (202, 503), f"an answer {answered}"
            status = self.daemon.end(signal.SIGTERM)
            outcome = f"runs, answers {answered}, stops with {status}"
        else:
            outcome = "start refused: " + self.why_refused()
        assert status in (0, 1), f"smppd ended with {status}: {self.daemon.last_words(5)}"
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.daemon.store + suffix):
                os.remove(self.daemon.store + suffix)
        with open(self.daemon.store, "wb") as file:
            file.write(intact)
        return page, outcome

    def why_refused(self):
        words = self.daemon.last_words(3).replace(" | ", "\n")
        why = re.findall(r"(?:error|smppd:) (.*)", words)
        assert why and re.search("disk|database", why[-1]), f"unclear: {words}"
        return why[-1].replace(self.daemon.store + ": ", "")

    def check_database(self):
        intact = subprocess.run(["sqlite3", self.daemon.store, "PRAGMA integrity_check"],
                                capture_output=True, text=True, check=True).stdout.strip()
        assert intact == "ok", f"the database is damaged: {intact}"

    def end(self):
        self.daemon.stop_hard()
        self.carrier.process.kill()
        self.carrier.process.wait()


def all_cases():
    for when, calls in (("running", RUNNING), ("starting", STARTING), ("stopping", STOPPING)):
        for (call, file), count in calls.items():
            hows = MANNERS if call == "pwrite" else MANNERS[:2]
            if call in ("pread", "open", "map", "lock"):
                hows = MANNERS[:1]
            for nth in range(1, count + 1):
                for error, lasting, how in itertools.product(ERRORS[call], (0, 1), hows):
                    yield Case(when, call, file, nth, error, lasting, how, False)


def choose(rng, count):
    """Of each call and file about as many as of the others, and all numbers before any twice."""
    kinds = collections.defaultdict(list)
    for case in all_cases():
        kinds[case[:3]].append(case)
    for cases in kinds.values():
        by_number = collections.defaultdict(list)
        for case in rng.sample(cases, len(cases)):
            by_number[case.nth].append(case)
        rounds = itertools.zip_longest(*(by_number[n] for n in sorted(by_number)))
        cases[:] = [case for one in rounds for case in one if case]
    order = rng.sample(list(kinds.values()), len(kinds))
    rounds = itertools.zip_longest(*order)
    chosen = [case for one in rounds for case in one if case][:count]
    return [case._replace(killed=case.when != "stopping" and rng.random() < 0.2)
            for case in chosen]


def describe(case):
    how = {"before": "", "after": " after its effect", "partly": " in part"}[case.how]
    return (f"{case.when}: {case.call} of the {case.file}, number {case.nth}"
            f"{' and all after it' if case.lasting else ''}, {errno.errorcode[case.error]}{how}"
            f"{', killed' if case.killed else ''}")


def main():
    options = argparse.ArgumentParser()
    for name in ("--smppd", "--smsc-sim", "--failing-disk"):
        options.add_argument(name, required=True)
    options.add_argument("--cases", type=int, default=15)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options.add_argument("--only", default="", help="a word that must stand in a case")
    options.add_argument("--keep-going", action="store_true", help="count what fails")
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    rng = random.Random(given.seed)
    chosen = [c for c in choose(rng, len(list(all_cases()))) if given.only in describe(c)]
    chosen = chosen[:given.cases]
    table = collections.defaultdict(collections.Counter)
    failures, promised, refused = 0, 0, 0
    began, trial = time.monotonic(), None
    with tempfile.TemporaryDirectory(prefix="smppd-failure-") as folder:
        for number, case in enumerate(chosen, 1):
            if trial is None:
                place = os.path.join(folder, str(number))
                os.makedirs(place)
                trial = Trial(given, place)
            try:
                outcome = trial.run(case)
            except Exception as wrong:
                failures += 1
                outcome = f"WRONG: {wrong}"
                with open(trial.daemon.log.name, encoding="utf-8", errors="replace") as log:
                    words = [line for line in log if " warning HTTP " not in line]
                    print(describe(case), "".join(words[-25:]), sep="\n", file=sys.stderr)
            print(f"{number}/{len(chosen)} {describe(case)}: {outcome}", flush=True)
            table[case[:3]][outcome] += 1
            if outcome.startswith("WRONG"):
                promised, refused = promised + trial.promised, refused + trial.refused
                trial.end()
                trial = None
                if not given.keep_going:
                    break
        if trial:
            promised, refused = promised + trial.promised, refused + trial.refused
            try:
                trial.daemon.end(signal.SIGTERM)
                trial.check_database()
                for _ in range(len(chosen) // CASES_PER_DAMAGE):
                    page, outcome = trial.run_damaged(rng)
                    print(f"page {page} damaged: {outcome}", flush=True)
                    table["starting", "damage", "database"][outcome] += 1
            finally:
                trial.end()
    for (when, call, file), outcomes in sorted(table.items()):
        for outcome, count in outcomes.most_common():
            print(f"{when:9} {call:9} {file:9} {count:4}  {outcome}")
    print(f"cases={sum(map(sum, (o.values() for o in table.values())))} promised={promised} "
          f"refused={refused} failures={failures} "
          f"seconds={time.monotonic() - began:.0f} seed={given.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
