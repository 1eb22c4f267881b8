"""As much of SMPP 3.4's PDUs as the carriers and ESMEs of the tests need."""
import struct

ENQUIRE_LINK, UNBIND = 0x15, 0x06
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
SUBMIT_SM, DELIVER_SM, REPLACE_SM, CANCEL_SM = 0x04, 0x05, 0x07, 0x08
RESPONSE = 0x80000000
OK, SYSERR, INVDSTADR, MSGQFUL, THROTTLED = 0x00, 0x08, 0x0B, 0x14, 0x58
MESSAGE_PAYLOAD = 0x0424
UDH_INDICATOR, RECEIPT = 0x40, 0x04


def pdu(command, status, sequence, body=b""):
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def text(value):
    return value.encode("latin-1") + b"\0"


def bind_body(system_id, password, version):
    return text(system_id) + text(password) + bytes((0, version, 0, 0, 0))


def message_body(source, destination, octets, esm_class=0, registered=0, schedule="",
                 validity=""):
    """Of submit_sm and deliver_sm alike."""
    return (b"\0\x01\x01" + text(source) + b"\x01\x01" + text(destination)
            + bytes((esm_class, 0, 0)) + text(schedule) + text(validity)
            + bytes((registered, 0, 0, 0, len(octets))) + octets)


def payload(octets):
    """A text that is too long for a message_body, as what follows that."""
    return struct.pack(">HH", MESSAGE_PAYLOAD, len(octets)) + octets


class Message:
    """A submit_sm or deliver_sm that came in; its header, if it is a part, apart from its text."""

    def __init__(self, body):
        self.rest = body
        self.take_text()
        self.take(2)
        self.source = self.take_text()
        self.take(2)
        self.destination = self.take_text()
        self.esm_class = self.take(3)[0]
        self.take_text()
        self.take_text()
        self.registered = self.take(4)[0]
        self.octets = self.take(self.take(1)[0])
        self.reference, self.total, self.part = 0, 1, 1
        if self.esm_class & UDH_INDICATOR:
            header = self.octets[:self.octets[0] + 1]
            assert header[1] == 0, f"a header without concatenation: {header.hex()}"
            self.reference, self.total, self.part = header[3:6]
            self.octets = self.octets[len(header):]
        while self.rest:
            tag, octets = struct.unpack(">HH", self.take(4))
            value = self.take(octets)
            if tag == MESSAGE_PAYLOAD:
                self.octets = value
        self.text = self.octets.decode("latin-1")

    def take(self, count):
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def take_text(self):
        value, self.rest = self.rest.split(b"\0", 1)
        return value.decode("latin-1")
