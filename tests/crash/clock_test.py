#!/usr/bin/env python3
"""The wall clock is set while smppd runs, and while it does not.

An hour ahead and an hour back, running and across restarts; over both changes of summer time, over
29 February 2028 and over a new year. Only smppd's clock moves (shifted_clock.cpp); its carrier and
its callers keep theirs. Then
  - ids are unique and ascend,
  - nothing is lost: what was accepted reaches the carrier, once unless smppd was killed, and is
    reported, also what was accepted right after the clock was set back and right before a crash,
  - a message that waits for a time leaves when smppd's wall clock says so, and not before,
  - a validity ends when the wall clock says so,
  - connections to the carrier and to the ESME stand: their timers do not look at the wall clock,
  - times in answers are those of the wall clock, in UTC.
"""
import argparse
import calendar
import itertools
import mmap
import os
import random
import signal
import struct
import sys
import tempfile
import time

from harness import wait_for
from smpp_peers import OK, SYSERR, Esme, Smsc, TroubledDaemon

HOUR = 3600
SWEEP_SECONDS = 6  # smppd writes down every 5 s up to where a start need not look
BEHIND = 5  # seconds before an instant, when the clock is set to cross it
INSTANTS = ("2026-03-29 01:00:00", "2026-10-25 01:00:00", "2027-01-01 00:00:00",
            "2028-02-29 00:00:00", "2028-03-01 00:00:00")
SETTINGS = """
response_timeout = "20s"
enquire_link_interval = "1s"
reconnect_min = "100ms"
reconnect_max = "500ms"
"""


class Clock:
    """What smppd's wall clock is ahead of ours."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "offset")
        with open(self.path, "wb") as out:
            out.write(bytes(8))
        with open(self.path, "r+b") as shared:
            self.memory = mmap.mmap(shared.fileno(), 8)

    @property
    def ahead(self):
        return struct.unpack("q", self.memory[:])[0]

    def set_ahead(self, seconds):
        self.memory[:] = struct.pack("q", seconds)

    def set_to(self, utc):
        self.set_ahead(calendar.timegm(time.strptime(utc, "%Y-%m-%d %H:%M:%S")) - int(time.time()))

    def now(self):
        return time.time() + self.ahead


def absolute(when, quarters=0):
    """SMPP's way to write a time, `quarters` of an hour ahead of UTC."""
    local = time.gmtime(when + quarters * 900)
    return time.strftime("%y%m%d%H%M%S", local) + f"0{quarters:02}+"


def seconds_of(rfc3339):
    return calendar.timegm(time.strptime(rfc3339[:19], "%Y-%m-%dT%H:%M:%S"))


class World:
    def __init__(self, given, folder):
        self.serials = itertools.count(1)
        self.smsc = Smsc(random.Random(given.seed))
        self.daemon = TroubledDaemon(given.smppd, folder, self.smsc, "", SETTINGS)
        self.clock = Clock(folder)
        self.daemon.preload(given.shifted_clock, SHIFTED_CLOCK=self.clock.path, TZ="Europe/Oslo")
        self.esme, self.last_id, self.messages = None, 0, 0
        chosen = random.Random(given.seed).sample(INSTANTS, given.instants)
        self.instants = sorted(chosen)  # ids ascend only where time does
        self.start()

    def start(self):
        self.daemon.start()
        self.esme = Esme(self.daemon.smpp)
        wait_for("the carrier", lambda: len(self.standing()) == 2)

    def restart(self, how, ahead=None):
        self.daemon.end(how)
        if ahead is not None:
            self.clock.set_ahead(ahead)
        self.start()

    def standing(self):
        return [one for one in self.smsc.links if one.bound and not one.closed.is_set()]

    def check_id(self, message_id):
        number = int(message_id.replace("-", "")[-16:], 16)
        assert number > self.last_id, f"id {message_id} is not above {self.last_id:016x}"
        self.last_id = number

    def send(self):
        """Over HTTP: (text, id)."""
        text = f"http #{next(self.serials)}"
        status, answer = self.daemon.send(text)
        assert status == 202, (status, answer)
        self.check_id(answer["sms_message_id"])
        told, now = seconds_of(answer["created_at"]), self.clock.now()
        assert told >= now - 120, f"{answer['created_at']} is said at {time.ctime(now)}"
        self.messages += 1
        return text, answer["sms_message_id"]

    def submit(self, **fields):
        """Over SMPP: (text, id)."""
        text = f"smpp #{next(self.serials)}"
        assert self.esme.submit(text, **fields), "the ESME's link ended"
        wait_for(f"the answer to {text}", lambda: text in self.esme.answered)
        assert self.esme.answered[text] == OK, f"{text} was answered {self.esme.answered[text]:#x}"
        message_id = next(i for i, t in self.esme.ids.items() if t == text)
        self.check_id(message_id)
        self.messages += 1
        return text, message_id

    def wait_until_sent(self, text):
        wait_for(f"{text} to reach the carrier", lambda: text in self.smsc.seen)

    def wait_until_delivered(self, message_id):
        wait_for(f"the receipt of {message_id}", lambda: self.daemon.call(
            f"/v1/sms/messages/{message_id}")[1]["status"] == "DELIVERED")

    def check_traffic(self, count=5):
        for _ in range(count):
            by_http, by_smpp = self.send(), self.submit()
            self.wait_until_sent(by_http[0])
            self.wait_until_sent(by_smpp[0])
            self.wait_until_delivered(by_http[1])
            wait_for("a receipt over SMPP", lambda one=by_smpp[1]: one in self.esme.receipts)
            assert self.esme.receipts[by_smpp[1]] == ["DELIVRD"], self.esme.receipts

    def jump(self, to_ahead):
        """Sets the clock and sees that no connection ends of it."""
        links = self.standing()
        self.clock.set_ahead(to_ahead)
        self.check_traffic()
        time.sleep(2.5)  # enquire_link is due meanwhile, and answered
        assert self.standing() == links, "a connection to the carrier ended"
        assert not self.esme.closed.is_set(), "the connection of the ESME ended"

    def once(self, texts):
        often = {text: self.smsc.seen[text] for text in texts if self.smsc.seen[text] != 1}
        assert not often, f"sent more than once: {often}"

    def close(self):
        self.daemon.stop_hard()
        self.smsc.close()


def jumps(world):
    """While it runs: ahead, back to the right time, behind, and right again."""
    later = world.submit(schedule=absolute(world.clock.now() + HOUR // 2))
    ending = world.submit(schedule=absolute(world.clock.now() + 3 * HOUR, 4),
                          validity=absolute(world.clock.now() + 4 * HOUR))
    time.sleep(1)
    assert later[0] not in world.smsc.seen, "a scheduled message left before its time"
    world.jump(HOUR)
    world.wait_until_sent(later[0])
    world.jump(0)
    world.jump(-HOUR)
    assert ending[0] not in world.smsc.seen, "a scheduled message left before its time"
    world.jump(0)
    world.jump(3 * HOUR + 60)
    world.wait_until_sent(ending[0])
    world.once((later[0], ending[0]))


def validity(world):
    """What the carrier refuses for now is tried again until the wall clock ends its validity."""
    world.smsc.decide = lambda text, times: (0, SYSERR if text == refused else OK)
    refused = f"smpp #{next(world.serials)}"
    world.serials = itertools.chain((int(refused.split("#")[1]),), world.serials)
    text, message_id = world.submit(validity=absolute(world.clock.now() + HOUR // 2))
    assert text == refused
    world.wait_until_sent(text)
    world.clock.set_ahead(world.clock.ahead + HOUR)
    wait_for("the end of its validity", lambda: world.esme.receipts.get(message_id) == ["EXPIRED"])


def restarts(world):
    """The clock is set while smppd is down, or goes down with it."""
    for how, ahead in ((signal.SIGTERM, HOUR), (signal.SIGTERM, 0), (signal.SIGKILL, -HOUR),
                       (signal.SIGKILL, 0)):
        due = world.submit(schedule=absolute(world.clock.now() + 2 * HOUR))
        world.restart(how, ahead)
        world.check_traffic()
        assert due[0] not in world.smsc.seen, "a scheduled message left before its time"
    world.clock.set_ahead(4 * HOUR)
    wait_for("the scheduled messages", lambda: world.daemon.figures()["messages_waiting"] == 0)


def crash_after_setting_back(world):
    """Accepted when the clock had just been set back, and smppd crashes before its next sweep."""
    world.clock.set_ahead(world.clock.ahead + HOUR)
    time.sleep(SWEEP_SECONDS)
    world.clock.set_ahead(world.clock.ahead - HOUR)
    world.smsc.go_away()
    accepted = [world.send() for _ in range(3)]
    world.daemon.end(signal.SIGKILL)
    world.smsc.come_back()
    world.start()
    for text, message_id in accepted:
        world.wait_until_sent(text)
        world.wait_until_delivered(message_id)


def instants(world):
    """Crosses each instant with a message that is to leave on its other side."""
    for utc in world.instants:
        world.clock.set_to(utc)
        at = world.clock.now()
        world.clock.set_ahead(world.clock.ahead - BEHIND)
        world.restart(signal.SIGTERM)
        text, message_id = world.submit(schedule=absolute(at + 1, quarters=4))
        month = world.submit(schedule="000100000000000R")[0]
        while world.clock.now() < at:
            assert text not in world.smsc.seen, f"it left before {utc}"
            time.sleep(0.05)
        world.wait_until_sent(text)
        wait_for("its receipt", lambda m=message_id: world.esme.receipts.get(m) == ["DELIVRD"])
        world.check_traffic(2)
        assert month not in world.smsc.seen, "what is due in a month has left"
        print(f"crossed {utc}", flush=True)


SCENARIOS = (jumps, validity, restarts, crash_after_setting_back, instants)


def main():
    options = argparse.ArgumentParser()
    for name in ("--smppd", "--shifted-clock"):
        options.add_argument(name, required=True)
    options.add_argument("--instants", type=int, default=len(INSTANTS), help="how many to cross")
    options.add_argument("--only", default="", help="a word in the name of a scenario")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    chosen = [one for one in SCENARIOS if given.only in one.__name__]
    messages = 0
    for scenario in chosen:
        with tempfile.TemporaryDirectory(prefix="smppd-clock-") as folder:
            world, began = World(given, folder), time.monotonic()
            try:
                scenario(world)
                status = world.daemon.end(signal.SIGTERM)
                assert status == 0, f"smppd stopped with status {status}"
            except BaseException:
                print(world.daemon.last_words(40).replace(" | ", "\n"), file=sys.stderr)
                raise
            finally:
                world.close()
            messages += world.messages
            print(f"{scenario.__name__}: {world.messages} messages, "
                  f"{time.monotonic() - began:.1f} s", flush=True)
    print(f"scenarios={len(chosen)} messages={messages} lost=0 seed={given.seed}")


if __name__ == "__main__":
    main()
