#!/usr/bin/env python3
"""A bad network to the carrier, and a carrier that answers when it likes.

Between smppd and its carrier stands a proxy that cuts connections, lets them stand and swallows
what they carry (both ways, or the answers only), delays it, or passes on a few octets at a time.
The carrier answers in another order, late, or not the first time. Each scenario is tried with each
`on_unknown_outcome`. Then
  - every message that was accepted reaches the carrier, or counts as of unknown outcome where that
    is `hold` or `fail`,
  - the carrier sees a message twice only with `retry`, only where the first time was not answered
    in time (or may not have been), and it is marked possible_duplicate,
  - what the carrier has answered is reported as delivered, whatever bind the receipt comes on,
  - everything ends: nothing waits, and smppd stops in order.
"""
import argparse
import itertools
import random
import signal
import socket
import sys
import tempfile
import threading
import time

from harness import BINDS, WINDOW, wait_for
from smpp_peers import OK, Smsc, TroubledDaemon

RESPONSE_TIMEOUT = 2  # of smppd; a late answer is waited for as long again
SETTINGS = f"""
on_unknown_outcome = "{{}}"
response_timeout = "{RESPONSE_TIMEOUT}s"
enquire_link_interval = "1s"
connect_timeout = "2s"
reconnect_min = "100ms"
reconnect_max = "500ms"
"""
OUTCOMES = {"retry": set(), "hold": {("SENT", "unknown_outcome")},
            "fail": {("FAILED", "unknown_outcome")}}


class Pipe(threading.Thread):
    """One direction of a connection."""

    def __init__(self, proxy, source, sink, is_answer):
        super().__init__(daemon=True)
        self.proxy, self.source, self.sink, self.is_answer = proxy, source, sink, is_answer
        self.swallows = False

    def run(self):
        try:
            while octets := self.source.recv(4096):
                if self.swallows or self.proxy.swallowed(self.is_answer):
                    self.swallows = True  # a stream with a hole is of no use any more
                    continue
                self.pass_on(octets)
        except OSError:
            pass
        for end in (self.source, self.sink):
            shut(end)

    def pass_on(self, octets):
        if self.proxy.delay:
            time.sleep(self.proxy.delay)
        step = self.proxy.octets_at_once or len(octets)
        for at in range(0, len(octets), step):
            self.sink.sendall(octets[at:at + step])
            if self.proxy.octets_at_once:
                time.sleep(0.0005)


def shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


class Proxy:
    def __init__(self, to):
        self.to = to
        self.delay, self.octets_at_once, self.swallows, self.refuses = 0, 0, None, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ends, self.cuts = [], 0
        threading.Thread(target=self.accept_all, daemon=True).start()

    def accept_all(self):
        while True:
            try:
                caller, _ = self.listener.accept()
                if self.refuses:
                    caller.close()
                    continue
                carrier = socket.create_connection(("127.0.0.1", self.to), 10)
                carrier.settimeout(None)
            except OSError:
                return
            for end in (caller, carrier):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.ends += [caller, carrier]
            Pipe(self, caller, carrier, False).start()
            Pipe(self, carrier, caller, True).start()

    def cut(self):
        self.cuts += 1
        ends, self.ends = self.ends, []
        for end in ends:
            shut(end)

    def swallowed(self, is_answer):
        return self.swallows == "both" or (self.swallows == "answers" and is_answer)

    def heal(self):
        self.delay, self.octets_at_once, self.swallows, self.refuses = 0, 0, None, False


def send_all(daemon, serials, count, during=None):
    """Sends `count` messages, calls `during` after each; {text: id} of those that were accepted."""
    accepted = {}
    for number in range(count):
        text = f"net #{next(serials)}"
        status, answer = daemon.send(text)
        assert status == 202, (status, answer)
        accepted[text] = answer["sms_message_id"]
        if during:
            during(number)
    return accepted


# Scenarios: each sends `count` messages, and says of which the outcome may be unknown to smppd, so
# that they may be repeated.

def cut_links(world, count):
    at = set(world.rng.sample(range(count), 4))
    accepted = world.send(count, lambda n: world.proxy.cut() if n in at else None)
    return accepted, set(accepted)


def carrier_away(world, count):
    world.proxy.refuses = True
    world.proxy.cut()
    accepted = world.send(count)
    time.sleep(1)
    world.proxy.heal()
    return accepted, set()


def half_open(world, count):
    return swallow(world, count, "both")


def answers_lost(world, count):
    return swallow(world, count, "answers")


def swallow(world, count, what):
    def begin(number):
        if number == count // 2:
            world.proxy.swallows = what
    accepted = world.send(count, begin)
    wait_for("smppd to give the links up", lambda: world.binds_up() == 0)
    world.proxy.heal()
    return accepted, set(accepted)


def delayed(world, count):
    world.proxy.delay = 0.1
    return world.send(count), set()


def trickling(world, count):
    world.proxy.octets_at_once = 5
    return world.send(count), set()


def another_order(world, count):
    world.smsc.decide = lambda text, times: (world.rng.uniform(0, 0.5), OK)
    return world.send(count), set()


def late_answers(world, count):
    world.smsc.decide = lambda text, times: (world.rng.choice((0, 1.3 * RESPONSE_TIMEOUT)), OK)
    return world.send(count), set()


def too_late_answers(world, count):
    world.smsc.decide = lambda text, times: (3 * RESPONSE_TIMEOUT if is_tenth(text, times) else 0,
                                             OK)
    return tenths(world.send(count))


def first_unanswered(world, count):
    world.smsc.decide = lambda text, times: (None if is_tenth(text, times) else 0, OK)
    return tenths(world.send(count))


def is_tenth(text, times):
    return times == 1 and text.endswith("0")


def tenths(accepted):
    return accepted, {text for text in accepted if is_tenth(text, 1)}


SCENARIOS = (cut_links, carrier_away, half_open, answers_lost, delayed, trickling, another_order,
             late_answers, too_late_answers, first_unanswered)
ALL_ARRIVE = (answers_lost, too_late_answers, first_unanswered)  # it is answers that do not


class World:
    """A daemon with one `on_unknown_outcome`, its proxy and its carrier."""

    def __init__(self, program, folder, outcome, rng):
        self.outcome, self.rng, self.serials = outcome, rng, itertools.count(1)
        self.smsc = Smsc(rng)
        self.proxy = Proxy(self.smsc.port)
        self.daemon = TroubledDaemon(program, folder, self.proxy, "", SETTINGS.format(outcome))
        self.daemon.start()

    def send(self, count, during=None):
        return send_all(self.daemon, self.serials, count, during)

    def binds_up(self):
        return int(self.daemon.figures()["carriers"][0]["binds"].split("/")[0])

    def run(self, scenario, count):
        wait_for("the carrier", lambda: self.binds_up() == 2)
        cuts = self.proxy.cuts
        accepted, doubtful = scenario(self, count)
        self.proxy.heal()
        wait_for("the queue to empty", lambda: self.daemon.figures()["messages_waiting"] == 0)
        statuses = {text: self.wait_for_end(text, message) for text, message in accepted.items()}
        unknown = {text for text, status in statuses.items() if status["status"] != "DELIVERED"}
        lost = accepted.keys() - self.smsc.seen.keys()
        if scenario not in ALL_ARRIVE:
            lost -= unknown
        assert not lost, f"{len(lost)} messages were lost: {sorted(lost)[:5]}"
        repeated = {text for text in accepted if self.smsc.seen.get(text, 0) > 1}
        needless = (repeated | unknown) - doubtful
        assert not needless, f"answered in time, and repeated or unknown: {sorted(needless)[:5]}"
        in_flight = WINDOW * BINDS * max(self.proxy.cuts - cuts, 1)
        assert len(unknown) <= in_flight, f"{len(unknown)} unknown, {in_flight} were in flight"
        assert self.outcome == "retry" or not repeated, f"{len(repeated)} were sent twice"
        unmarked = {text for text in repeated if not statuses[text]["possible_duplicate"]}
        assert not unmarked, f"repeated, and not marked: {sorted(unmarked)[:5]}"
        wait_for("every receipt to be taken", lambda: not self.smsc.untold)
        self.smsc.decide = lambda text, times: (0, OK)
        return len(repeated), len(unknown)

    def wait_for_end(self, text, message):
        def ended():
            now = self.daemon.call(f"/v1/sms/messages/{message}")[1]
            state = (now["status"], now["reason"])
            return now if state[0] == "DELIVERED" or state in OUTCOMES[self.outcome] else None
        return wait_for(f"the end of {text}", ended)

    def close(self):
        self.daemon.stop_hard()
        self.proxy.listener.close()
        self.proxy.cut()
        self.smsc.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--smppd", required=True)
    options.add_argument("--scenarios", type=int, default=30, help="of 30, chosen by the seed")
    options.add_argument("--count", type=int, default=60, help="messages in each")
    options.add_argument("--only", default="", help="a word in the name of a scenario")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    given = options.parse_args()
    print(f"seed {given.seed}", flush=True)
    rng = random.Random(given.seed)
    every = [(o, s) for o in OUTCOMES for s in SCENARIOS if given.only in s.__name__]
    chosen = rng.sample(every, min(given.scenarios, len(every)))
    messages, repeated_all, unknown_all = 0, 0, 0
    for outcome in OUTCOMES:
        scenarios = [scenario for o, scenario in chosen if o == outcome]
        if not scenarios:
            continue
        with tempfile.TemporaryDirectory(prefix="smppd-network-") as folder:
            world = World(given.smppd, folder, outcome, rng)
            try:
                for scenario in scenarios:
                    began = time.monotonic()
                    repeated, unknown = world.run(scenario, given.count)
                    messages += given.count
                    repeated_all += repeated
                    unknown_all += unknown
                    print(f"{outcome:5} {scenario.__name__:17} repeated {repeated:3}, unknown "
                          f"{unknown:3}, {time.monotonic() - began:.1f} s", flush=True)
                status = world.daemon.end(signal.SIGTERM)
                assert status == 0, f"smppd stopped with status {status}"
            except BaseException:
                print(world.daemon.last_words(40).replace(" | ", "\n"), file=sys.stderr)
                raise
            finally:
                world.close()
    print(f"scenarios={len(chosen)} messages={messages} lost=0 repeated={repeated_all} "
          f"unknown={unknown_all} seed={given.seed}")


if __name__ == "__main__":
    main()
