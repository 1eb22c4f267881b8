#!/usr/bin/env python3
"""An ESME that binds to receive, and either answers what it gets or does not even read it.

    receiver.py PORT SYSTEM_ID answers|deaf

The password is "secret". It runs until it is told to stop."""
import signal
import socket
import struct
import sys

BIND_RECEIVER, DELIVER_SM, RESPONSE = 1, 5, 0x80000000
EMPTY_BODY = {DELIVER_SM: b"\0"}  # a deliver_sm_resp has a message_id, which is empty

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
port, system_id, manner = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]
link = socket.socket()
link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that it is full at once
link.connect(("127.0.0.1", port))
body = system_id + b"\0secret\0\0\x34\0\0\0"
link.sendall(struct.pack(">IIII", 16 + len(body), BIND_RECEIVER, 0, 1) + body)
octets = link.recv(16, socket.MSG_WAITALL)
length, _, status, _ = struct.unpack(">IIII", octets)
link.recv(length - 16, socket.MSG_WAITALL)
if status != 0:
    sys.exit(f"the bind was answered with {status}")
print("bound", flush=True)
while manner == "deaf":
    signal.pause()

waiting = b""
while octets := link.recv(65536):
    waiting += octets
    answers, place = [], 0
    while len(waiting) - place >= 16:
        length, command, _, sequence = struct.unpack_from(">IIII", waiting, place)
        if len(waiting) - place < length:
            break
        place += length
        if command < RESPONSE:
            text = EMPTY_BODY.get(command, b"")
            answers.append(struct.pack(">IIII", 16 + len(text), command | RESPONSE, 0, sequence))
            answers.append(text)
    waiting = waiting[place:]
    link.sendall(b"".join(answers))
