"""Captures made by hand: TCP in IP in a link layer, in pcap or pcapng."""

import struct

ETHERNET, RAW, NULL, LOOP, LINUX_COOKED = 1, 101, 0, 108, 113
CLIENT, SERVER = ("192.0.2.1", 40000), ("192.0.2.2", 2775)
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10


def address(text):
    if ":" not in text:
        return bytes(int(n) for n in text.split("."))
    return bytes.fromhex("".join(group.zfill(4) for group in text.split(":")))


def tcp(octets, sequence, sender=CLIENT, receiver=SERVER, flags=ACK, padding=b""):
    """An IP packet of one segment; `padding` stands behind it, as Ethernet's does."""
    segment = struct.pack(">HHIIBBHHH", sender[1], receiver[1], sequence % 2**32, 0, 0x50, flags,
                          0xFFFF, 0, 0) + octets
    source, destination = address(sender[0]), address(receiver[0])
    if len(source) == 4:
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0)
    else:
        head = struct.pack(">IHBB", 6 << 28, len(segment), 6, 64)
    return head + source + destination + segment + padding


def framed(packet, link):
    v6 = packet[0] >> 4 == 6
    ether = b"\x86\xdd" if v6 else b"\x08\x00"
    return {ETHERNET: bytes(12) + ether, RAW: b"",
            NULL: struct.pack("<I", 10 if v6 else 2), LOOP: struct.pack(">I", 24 if v6 else 2),
            LINUX_COOKED: bytes(14) + ether}[link] + packet


def pcap(packets, link=ETHERNET, order="<", magic=0xA1B2C3D4):
    file = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link)
    for packet in packets:
        octets = framed(packet, link)
        file += struct.pack(order + "IIII", 1700000000, 0, len(octets), len(octets)) + octets
    return file


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def pcapng(packets, link=ETHERNET, order="<"):
    file = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    file += block(order, 1, struct.pack(order + "HHI", link, 0, 262144))
    for packet in packets:
        octets = framed(packet, link)
        file += block(order, 6, struct.pack(order + "IIIII", 0, 0, 0, len(octets), len(octets)) +
                      octets)
    return file
