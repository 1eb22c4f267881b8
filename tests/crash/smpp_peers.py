"""SMPP peers that misbehave on request: an ESME that keeps account of what it was promised, and a
carrier whose every answer is a decision of the test. What they do not need of SMPP is left out.
"""
import contextlib
import itertools
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

from harness import PATIENCE, Carrier, Daemon, answers, free_port, wait_for
from smpp_pdu import (BIND_RECEIVER, BIND_TRANSCEIVER, BIND_TRANSMITTER, DELIVER_SM, ENQUIRE_LINK,
                      MSGQFUL, OK, RECEIPT, RESPONSE, SUBMIT_SM, SYSERR, THROTTLED, UNBIND,
                      Message, bind_body, message_body, pdu)

REFUSED_FOR_NOW = (SYSERR, MSGQFUL, THROTTLED)


def read_pdu(stream):
    """(command, status, sequence, body), or None at the end."""
    head = stream.read(16)
    if len(head) < 16:
        return None
    length, command, status, sequence = struct.unpack(">IIII", head)
    return command, status, sequence, stream.read(length - 16)


class Link:
    """One connection; the subclass says what to do with each PDU. Ends when the peer does."""

    def __init__(self, connected):
        self.socket = connected
        self.writing = threading.Lock()
        self.closed = threading.Event()
        self.reader = threading.Thread(target=self.read_all, daemon=True)

    def write(self, octets):
        try:
            with self.writing:
                self.socket.sendall(octets)
        except OSError:
            self.closed.set()

    def read_all(self):
        try:
            with self.socket.makefile("rb") as stream:
                while (one := read_pdu(stream)) is not None:
                    self.on_pdu(*one)
        except (OSError, ValueError):
            pass
        self.closed.set()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.closed.set()


class Esme(Link):
    """A transceiver. `answered`: status by text; `ids`: text by message id; `receipts`: the states
    that were reported, by message id."""

    def __init__(self, port, window=10, system_id="load", password="secret"):
        super().__init__(socket.create_connection(("127.0.0.1", port), PATIENCE))
        self.window = threading.Semaphore(window)
        self.waiting, self.answered, self.ids, self.receipts = {}, {}, {}, {}
        self.bound, self.bind_status = threading.Event(), None
        self.sequences = itertools.count(2)
        self.reader.start()
        self.write(pdu(BIND_TRANSCEIVER, OK, 1, bind_body(system_id, password, 0x34)))
        if not self.bound.wait(PATIENCE) or self.bind_status != OK:
            self.close()
            raise ConnectionError(f"bind was answered {self.bind_status}")

    def submit(self, text, patience=PATIENCE, **fields):
        """Waits for room in the window; False where the link ended, or no room came."""
        end = time.monotonic() + patience
        while not self.window.acquire(timeout=0.1):
            if self.closed.is_set() or time.monotonic() > end:
                return False
        sequence = next(self.sequences)
        self.waiting[sequence] = text
        self.write(pdu(SUBMIT_SM, OK, sequence, message_body(
            "4790", "4791234567", text.encode("latin-1"), registered=1, **fields)))
        return not self.closed.is_set()

    def on_pdu(self, command, status, sequence, body):
        if command == BIND_TRANSCEIVER | RESPONSE:
            self.bind_status = status
            self.bound.set()
        elif command == SUBMIT_SM | RESPONSE:
            text = self.waiting.pop(sequence)
            if status == OK:
                self.ids[body.split(b"\0", 1)[0].decode("latin-1")] = text
            self.answered[text] = status
            self.window.release()
        elif command == DELIVER_SM:
            text = Message(body).text
            if found := re.match(r"id:(\S+) .*stat:(\w+)", text):
                self.receipts.setdefault(found[1], []).append(found[2])
            self.write(pdu(DELIVER_SM | RESPONSE, OK, sequence, b"\0"))
        elif command in (ENQUIRE_LINK, UNBIND):
            self.write(pdu(command | RESPONSE, OK, sequence))

    def accepted(self):
        return {text for text, status in self.answered.items() if status == OK}

    def unreported(self):
        return {text for message_id, text in list(self.ids.items())
                if message_id not in self.receipts}


class SmscLink(Link):
    def __init__(self, connected, smsc):
        super().__init__(connected)
        self.smsc, self.bound = smsc, False
        self.sequences = itertools.count(1)
        self.reader.start()

    def on_pdu(self, command, status, sequence, body):
        if command in (BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER):
            self.write(pdu(command | RESPONSE, OK, sequence, b"smsc\0"))
            self.bound = True
        elif command == SUBMIT_SM:
            self.smsc.on_submit(self, sequence, Message(body))
        elif command == DELIVER_SM | RESPONSE:
            self.smsc.on_taken(self, sequence, status)
        elif command in (ENQUIRE_LINK, UNBIND):
            self.write(pdu(command | RESPONSE, OK, sequence))


class Smsc:
    """A carrier. `decide(text, times)` says what becomes of a submit_sm that was seen so often:
    after how many seconds it is answered, or None for never, and with which command_status. What
    is answered ESME_ROK, or never, is reported as delivered, on any bind, until that was taken."""

    RESEND_SECONDS = 2

    def __init__(self, rng):
        self.rng, self.decide, self.away = rng, lambda text, times: (0, OK), False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.links, self.seen, self.numbers = [], {}, itertools.count(1)
        self.untold, self.receipts_taken, self.over = {}, 0, threading.Event()
        self.threads = [threading.Thread(target=self.accept_all, daemon=True),
                        threading.Thread(target=self.tell_all, daemon=True)]
        for thread in self.threads:
            thread.start()

    def accept_all(self):
        while not self.over.is_set():
            try:
                connected, _ = self.listener.accept()
            except OSError:
                return
            if self.away:
                connected.close()
                continue
            with self.lock:
                self.links = [link for link in self.links if not link.closed.is_set()]
                self.links.append(SmscLink(connected, self))

    def on_submit(self, link, sequence, message):
        with self.lock:
            times = self.seen[message.text] = self.seen.get(message.text, 0) + 1
        message_id = f"{next(self.numbers):08x}"
        delay, status = self.decide(message.text, times)

        def answer():
            if delay is not None:
                body = message_id.encode() + b"\0" if status == OK else b""
                link.write(pdu(SUBMIT_SM | RESPONSE, status, sequence, body))
            if status == OK and message.registered:
                with self.lock:
                    self.untold[message_id] = (message.destination, message.source, 0.0, None)
        if delay:
            later = threading.Timer(delay, answer)
            later.daemon = True
            later.start()
        else:
            answer()

    def tell_all(self):
        while not self.over.wait(0.05):
            now = time.monotonic()
            with self.lock:
                links = [one for one in self.links if one.bound and not one.closed.is_set()]
                due = [one for one in self.untold.items() if now >= one[1][2]] if links else []
            for message_id, (source, destination, _, _) in due:
                link = self.rng.choice(links)
                sequence = next(link.sequences)
                with self.lock:
                    self.untold[message_id] = (source, destination, now + self.RESEND_SECONDS,
                                               (link, sequence))
                octets = (f"id:{message_id} sub:001 dlvrd:001 submit date:2601010000 "
                          "done date:2601010000 stat:DELIVRD err:000 text:").encode("latin-1")
                link.write(pdu(DELIVER_SM, OK, sequence,
                               message_body(source, destination, octets, RECEIPT)))

    def on_taken(self, link, sequence, status):
        with self.lock:
            for message_id, row in self.untold.items():
                if row[3] == (link, sequence):
                    if status == OK:
                        del self.untold[message_id]
                        self.receipts_taken += 1
                    return

    def go_away(self):
        self.away = True
        for link in self.links:
            link.close()

    def come_back(self):
        self.away = False

    def close(self):
        self.over.set()
        self.listener.close()
        for link in self.links:
            link.close()


class SimulatedCarrier(Carrier):
    """smsc_sim with options of the test's own."""

    def __init__(self, program, folder, *more):  # pylint: disable=super-init-not-called
        self.log = os.path.join(folder, "submits.log")
        self.port, self.control = free_port(), free_port()
        self.process = subprocess.Popen(
            [program, "--listen", f"127.0.0.1:{self.port}", "--control",
             f"127.0.0.1:{self.control}", "--log", self.log, "--window", "500", *more],
            stdout=subprocess.DEVNULL)
        wait_for("the simulated carrier", lambda: answers(self.control))


@contextlib.contextmanager
def observed(daemon, carrier):
    """What smppd said last is shown where a check fails; nothing is left running."""
    try:
        yield
    except BaseException:
        print(daemon.last_words(30).replace(" | ", "\n"), file=sys.stderr)
        raise
    finally:
        daemon.stop_hard()
        carrier.process.kill()
        carrier.process.wait()


class TroubledDaemon(Daemon):
    """smppd with libraries preloaded, with settings of the carrier, and with tables of its own."""

    def __init__(self, program, folder, carrier, tables="", carrier_settings="",
                 smpp_settings=""):
        super().__init__(program, folder, carrier, store=tables, bind=carrier_settings,
                         smpp=smpp_settings)
        self.environment = dict(os.environ)

    def preload(self, library, **variables):
        self.environment.update(LD_PRELOAD=library, **variables)

    def launch(self):
        self.process = subprocess.Popen([self.program, "run", "--config", self.config],
                                        stdout=self.log, stderr=self.log, env=self.environment)

    def start(self):
        self.launch()
        wait_for("smppd", lambda: self.process.poll() is not None or
                 answers(self.http) and answers(self.smpp))
        assert self.process.poll() is None, f"smppd did not start: {self.last_words()}"

    def last_words(self, count=3):
        with open(self.log.name, encoding="utf-8", errors="replace") as lines:
            return " | ".join(line.strip() for line in lines.readlines()[-count:])

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

    def stop_hard(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
