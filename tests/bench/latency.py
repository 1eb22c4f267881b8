#!/usr/bin/env python3
"""The carrier and the HTTP caller of latency.sh in one process, so that one clock times both.

    latency.py HTTP_PORT API_KEY CARRIER_PORT FOLDER COUNT INTERVAL_MS

Sends a message, waits for the 202 and for the submit_sm, then times one write and fdatasync of a
page in FOLDER; and so again after each interval. The last line is key=value."""
import json
import os
import select
import socket
import struct
import sys
import time

PATIENCE = 60  # seconds, for anything that must happen
SUBMIT_SM, BIND_TRANSCEIVER, RESPONSE = 4, 9, 0x80000000
BODIES = {BIND_TRANSCEIVER: "latency\0", SUBMIT_SM: "{:x}\0"}  # of their responses


class Carrier:
    def __init__(self, port):
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(PATIENCE)
            self.link, _ = listener.accept()
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.octets = b""
        while BIND_TRANSCEIVER not in self.take():
            pass

    def take(self):
        """Reads, answers every request that is complete, and says which commands they were."""
        self.octets += self.link.recv(65536)
        commands = []
        while len(self.octets) >= 16:
            length, command, _, sequence = struct.unpack_from(">IIII", self.octets)
            if len(self.octets) < length:
                break
            self.octets = self.octets[length:]
            commands.append(command)
            if command < RESPONSE:
                body = BODIES.get(command, "").format(sequence).encode()
                head = struct.pack(">IIII", 16 + len(body), command | RESPONSE, 0, sequence)
                self.link.sendall(head + body)
        return commands


class Caller:
    def __init__(self, port, key):
        self.link = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = json.dumps({"to": "+4791234567", "from": "Shop", "message": "Your code is 4711"})
        self.request = (f"POST /v1/sms/send HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                        f"{body}").encode()

    def send(self):
        self.link.sendall(self.request)

    def take(self):
        """The status of the response, which is small enough to come at once."""
        return self.link.recv(65536).split(b" ", 2)[1].decode()


def page_written(file, page=os.urandom(4096)):
    began = time.perf_counter()
    os.pwrite(file, page, 0)
    os.fdatasync(file)
    return time.perf_counter() - began


def measure(caller, carrier):
    """Seconds until the 202, and until the submit_sm."""
    began = time.perf_counter()
    answered = submitted = None
    caller.send()
    while answered is None or submitted is None:
        ready, _, _ = select.select([caller.link, carrier.link], [], [], PATIENCE)
        if not ready:
            sys.exit(f"waited {PATIENCE} s in vain: 202 {answered}, submit_sm {submitted}")
        now = time.perf_counter() - began
        if caller.link in ready:
            answered = now
            status = caller.take()
            if status != "202":
                sys.exit(f"a message was answered with {status}")
        if carrier.link in ready and SUBMIT_SM in carrier.take():
            submitted = now
    return answered, submitted


def figures(name, seconds):
    ordered = sorted(seconds)
    parts = (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))
    places = ((word, ordered[int(part * (len(ordered) - 1))]) for word, part in parts)
    return " ".join(f"{name}_{word}_us={value * 1e6:.0f}" for word, value in places)


def main():
    http, key, port, folder, count, interval = sys.argv[1:]
    count, interval = int(count), float(interval) / 1000
    carrier, caller = Carrier(int(port)), Caller(int(http), key)
    file = os.open(os.path.join(folder, "page"), os.O_RDWR | os.O_CREAT, 0o600)
    page_written(file)
    answers, submits, writes = [], [], []
    next_time = time.perf_counter()
    for serial in range(count):
        answered, submitted = measure(caller, carrier)
        answers.append(answered)
        submits.append(submitted)
        time.sleep(interval / 4)
        writes.append(page_written(file))
        if serial % 500 == 499:
            print(f"{serial + 1} of {count}", file=sys.stderr, flush=True)
        next_time = max(next_time + interval, time.perf_counter())
        time.sleep(max(next_time - time.perf_counter(), 0))
    print(figures("answer", answers), figures("submit", submits), figures("fsync", writes))


main()
