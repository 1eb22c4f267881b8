"""A session of SMPP on asyncio."""
import asyncio
import struct

from smpp_pdu import ENQUIRE_LINK, OK, RESPONSE, UNBIND, pdu


class Session(asyncio.Protocol):
    """A connection; what derives from it says what to do with requests and responses."""

    def __init__(self):
        self.input, self.transport, self.asked, self.last = b"", None, {}, 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.input += data
        start = 0
        while len(self.input) - start >= 16:
            octets, command, status, sequence = struct.unpack_from(">IIII", self.input, start)
            if len(self.input) - start < octets:
                break
            body = self.input[start + 16:start + octets]
            start += octets
            if command & RESPONSE:
                asked = self.asked.pop(sequence, None)
                if asked is not None:
                    self.on_response(asked, status, body)
            elif command in (ENQUIRE_LINK, UNBIND):
                self.answer(command, sequence)
            else:
                self.on_request(command, sequence, body)
        self.input = self.input[start:]

    def ask(self, command, body, about):
        """`about` comes back with the response."""
        self.last += 1
        self.asked[self.last] = about
        self.write(command, OK, self.last, body)

    def answer(self, command, sequence, status=OK, body=b""):
        self.write(command | RESPONSE, status, sequence, body)

    def write(self, command, status, sequence, body):
        if not self.transport.is_closing():
            self.transport.write(pdu(command, status, sequence, body))

    def on_request(self, command, sequence, body):
        raise NotImplementedError

    def on_response(self, asked, status, body):
        raise NotImplementedError
