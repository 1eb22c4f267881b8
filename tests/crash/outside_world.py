"""All that smppd talks to in the crash tests, and what each of them saw: a carrier, an ESME with
two binds, callers of the HTTP API and their webhooks. One asyncio loop, one ledger.

Every message has a number of its own, by which everybody knows it: messages that go out by their
destination, those that come in by their source. Its last digit decides its fate.
"""
import asyncio
import collections
import json

import smpp_pdu as smpp
from smpp_pdu import Message
from smpp_peer import Session

SERVICE = "2400"  # the number that messages from handsets are sent to
KEYWORD = "NEWS"
LONG = "every part of it must arrive; " * 12  # three parts
ESME_WINDOW, CALLERS, INBOUND_WINDOW = 60, 4, 20


def fate_of(number):
    """What the carrier does with it: takes and delivers it, does not deliver it, refuses it."""
    last = int(number) % 30
    return {7: "REFUSED", 3: "UNDELIV", 13: "UNDELIV"}.get(last, "DELIVRD")


class Outgoing:
    """A message that somebody gave to smppd."""

    def __init__(self, number, origin, text):
        self.number, self.origin, self.text, self.texts = number, origin, text, {text}
        self.wants_receipt = True
        self.answer = None  # none came yet; "accepted" or "refused"
        self.id = None
        self.cancel_asked, self.cancelled = False, False  # and what smppd said
        self.seen = collections.Counter()  # part -> how often the carrier got it
        self.total = 0  # parts
        self.reports = collections.Counter()  # state -> how often whoever asked was told

    def repeated(self):
        return max(self.seen.values(), default=0) > 1

    def at_carrier(self):
        return self.total > 0 and len(self.seen) >= self.total

    def missing(self):
        """What smppd still owes, or None."""
        if self.answer != "accepted" and not self.seen:
            return None
        gone = self.cancelled or "DELETED" in self.reports
        # Nobody may have said that it was cancelled.
        gone = gone or (self.cancel_asked and not self.wants_receipt)
        if not self.at_carrier() and not gone:
            return "accepted, and lost on the way to the carrier"
        if self.wants_receipt and not self.reports:
            return "its end was not reported"
        return None


class Incoming:
    """A message from a handset; `taken` counts the times that somebody got the whole of it."""

    def __init__(self, number, text, parts):
        self.number, self.text, self.parts, self.acknowledged = number, text, parts, set()
        self.taken, self.pieces, self.gathered = 0, 0, {}

    def taker(self):
        return "webhook" if self.text.startswith(KEYWORD + " ") else "ESME"

    def missing(self):
        if len(self.acknowledged) == self.parts and not self.taken:
            return "acknowledged to the carrier, and lost"
        return None


class Ledger:
    def __init__(self, rng):
        self.rng, self.loading, self.wrongs = rng, False, []
        self.outgoing, self.incoming = {}, {}
        self.open, self.fresh, self.repeated = {}, [], {}  # owed, perhaps; since the last look
        self.counts = collections.Counter()
        self.kill, self.kill_at, self.left = None, "", 0
        self.links, self.last_number = set(), 46_700_000_000

    def next_number(self):
        self.last_number += 1
        return str(self.last_number)

    def add(self, message):
        known = self.outgoing if isinstance(message, Outgoing) else self.incoming
        known[message.number] = message
        self.open[message.number] = message
        return message

    def wrong(self, number, what):
        self.wrongs.append(f"{number}: {what}")

    def happened(self, what):
        """The moment of the kill is the n-th time that something happens, or a time."""
        self.counts[what] += 1
        if what == self.kill_at and self.kill is not None:
            self.left -= 1
            if self.left <= 0:
                self.kill()

    def owed(self):
        missing = {number: one.missing() for number, one in self.open.items()}
        self.open = {number: self.open[number] for number, what in missing.items() if what}
        return {number: what for number, what in missing.items() if what}

    def submitted(self, pdu):
        """The carrier got a part. Returns its message, or None for one that nobody sent."""
        message = self.outgoing.get(pdu.destination)
        if message is None:
            self.wrong(pdu.destination, "nobody sent it")
            return None
        if message.answer == "refused":
            self.wrong(message.number, "refused, and sent all the same")
        if message.cancelled:
            self.wrong(message.number, "cancelled, and sent all the same")
        if not any(pdu.text in text for text in message.texts):
            self.wrong(message.number, f"a text that it does not have, or no more: {pdu.text}")
        self.open[message.number] = message
        message.total = pdu.total
        if fate_of(message.number) == "REFUSED":
            message.total = 1  # the other parts need not come any more
        message.seen[pdu.part] += 1
        if message.seen[pdu.part] > 1:
            self.counts["repeats at the carrier"] += 1
            self.counts["repeats of what it refuses"] += fate_of(message.number) == "REFUSED"
            self.repeated[message.number] = message
        self.happened("submit")
        return message

    def answered(self, message, accepted, identifier=None):
        message.answer, message.id = "accepted" if accepted else "refused", identifier
        if message.seen and not accepted:
            self.wrong(message.number, "sent, and refused afterwards")
        self.happened("acknowledgement" if accepted else "refusal")
        self.fresh.append(message)
        self.open[message.number] = message

    def reported(self, number, state, to):
        """`to` is the origin of those who are told there."""
        message = self.outgoing.get(number)
        if message is None or not message.wants_receipt or message.origin != to:
            return self.wrong(number, "reported to somebody who did not ask")
        if message.answer == "refused":
            self.wrong(number, f"refused, and reported as {state}")
        if state == "DELIVRD" and not message.at_carrier():
            self.wrong(number, "reported as delivered, and never sent")
        expected = "DELETED" if message.cancelled else fate_of(number)
        deleted = state == "DELETED" and message.cancel_asked
        if (state == "DELIVRD") != (expected == "DELIVRD") and not deleted:
            self.wrong(number, f"reported as {state}, where it is {expected}")
        message.reports[state] += 1
        if len(message.reports) > 1:
            self.wrong(number, f"reported as {dict(message.reports)}")
        if sum(message.reports.values()) > 1:
            self.counts[f"repeated reports, {message.origin}"] += 1
        self.happened("report")
        return None

    def arrived(self, number, text, at):
        message = self.incoming.get(number)
        if message is None:
            return self.wrong(number, f"an inbound message that nobody sent: {text}")
        if text == message.text:
            if at != message.taker():
                self.wrong(number, f"taken to {at}: {text}")
            message.taken += 1
            self.counts["repeated inbound messages"] += message.taken > 1
        else:
            message.pieces += 1
            self.counts["inbound messages in pieces"] += 1
        self.happened("inbound")
        return None


class Link(Session):
    """A session that the ledger knows about: after a kill everything is read to its end."""

    def __init__(self, ledger):
        super().__init__()
        self.ledger = ledger

    def connection_made(self, transport):
        super().connection_made(transport)
        self.ledger.links.add(self)

    def connection_lost(self, exc):
        self.ledger.links.discard(self)


class Carrier:
    """Keeps what was not acknowledged, and delivers it again on the next bind, as carriers do."""

    def __init__(self, ledger):
        self.ledger, self.binds, self.waiting, self.last_id = ledger, [], collections.deque(), 0
        self.port, self.in_flight, self.planned = 0, 0, 0

    async def listen(self):
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: CarrierSession(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def idle(self):
        return not self.waiting and self.in_flight == 0 and self.planned == 0

    def deliver(self, delivery):
        self.waiting.append(delivery)
        self.pump()

    def pump(self):
        while self.waiting and self.binds:
            bind = self.ledger.rng.choice(self.binds)
            if len(bind.asked) >= INBOUND_WINDOW:
                return
            delivery = self.waiting.popleft()
            self.in_flight += 1
            bind.ask(smpp.DELIVER_SM, delivery[0], delivery)

    def after(self, seconds, what, *arguments):
        def do_it():
            self.planned -= 1
            what(*arguments)
        self.planned += 1
        asyncio.get_running_loop().call_later(seconds, do_it)

    def taken(self, delivery, status):
        self.in_flight -= 1
        if status != smpp.OK:
            self.ledger.counts["deliveries refused for now"] += 1
            self.after(0.2, self.deliver, delivery)
        else:
            message, part = delivery[1:]
            if isinstance(message, Incoming):
                message.acknowledged.add(part)
            self.ledger.open[message.number] = message
            self.ledger.happened("acknowledged delivery")
        self.pump()

    def send_receipt(self, message, identifier, pdu):
        state = fate_of(message.number)
        words = (f"id:{identifier} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 "
                 f"stat:{state} err:000 text:")
        self.deliver((smpp.message_body(pdu.destination, pdu.source, words.encode(), smpp.RECEIPT),
                      message, 0))

    async def send_inbound(self):
        """From handsets, while there is load: with a keyword and without, one in six in parts."""
        rng = self.ledger.rng
        while True:
            if not self.ledger.loading or len(self.waiting) > 2 * INBOUND_WINDOW:
                await asyncio.sleep(0.005)
                continue
            await asyncio.sleep(0)
            number = self.ledger.next_number()
            words = rng.choice([KEYWORD + " ", ""]) + f"from {number} "
            if rng.random() < 1 / 6:
                words += LONG
            pieces = [words[at:at + 150] for at in range(0, len(words), 150)]
            message = self.ledger.add(Incoming(number, words, len(pieces)))
            parts = list(enumerate(pieces, 1))
            rng.shuffle(parts)
            for part, piece in parts:
                octets, esm_class = piece.encode(), 0
                if len(parts) > 1:
                    octets = bytes((5, 0, 3, int(number) % 256, len(parts), part)) + octets
                    esm_class = smpp.UDH_INDICATOR
                body = smpp.message_body(number, SERVICE, octets, esm_class)
                self.deliver((body, message, part))


class CarrierSession(Link):
    def __init__(self, carrier):
        super().__init__(carrier.ledger)
        self.carrier = carrier

    def on_request(self, command, sequence, body):
        if command == smpp.BIND_TRANSCEIVER:
            self.answer(command, sequence, body=smpp.text("carrier"))
            self.carrier.binds.append(self)
            return self.carrier.pump()
        pdu = Message(body)
        message = self.ledger.submitted(pdu)
        if message is None or fate_of(message.number) == "REFUSED":
            return self.answer(command, sequence, smpp.INVDSTADR)
        self.carrier.last_id += 1
        identifier = f"{self.carrier.last_id:X}"
        rng = self.ledger.rng
        receipt = (self.carrier.send_receipt, message, identifier, pdu)
        if pdu.registered and rng.random() < 0.1:  # a receipt that comes before the response
            receipt[0](*receipt[1:])
        elif pdu.registered:
            self.carrier.after(rng.uniform(0, 0.3), *receipt)
        response = (self.answer, command, sequence, smpp.OK, smpp.text(identifier))
        if rng.random() < 0.2:
            self.carrier.after(rng.uniform(0, 0.05), *response)
        else:
            response[0](*response[1:])
        return None

    def on_response(self, asked, status, body):
        self.carrier.taken(asked, status)

    def connection_lost(self, exc):
        super().connection_lost(exc)
        if self in self.carrier.binds:
            self.carrier.binds.remove(self)
        self.carrier.in_flight -= len(self.asked)
        self.carrier.waiting.extendleft(reversed(self.asked.values()))
        self.asked = {}


class Esme:
    """An application with two binds, which submits, schedules, cancels and replaces, and takes
    receipts and inbound messages: one bind those of several parts whole, the other in parts."""

    def __init__(self, ledger):
        self.ledger, self.binds = ledger, []

    def load(self):
        for bind in self.binds:
            bind.fill_window()

    async def stay_bound(self, port_of, version):
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0.05)
            try:
                _, link = await loop.create_connection(lambda: EsmeSession(self), "127.0.0.1",
                                                       port_of())
            except OSError:
                continue
            link.ask(smpp.BIND_TRANSCEIVER, smpp.bind_body("load", "secret", version),
                     "bind")
            await link.ended

    def take(self, pdu):
        if pdu.esm_class & smpp.RECEIPT:
            said = dict(word.split(":", 1) for word in pdu.text.split(" ") if ":" in word)
            message = self.ledger.outgoing.get(pdu.source)
            if message is not None:
                message.id = message.id or said["id"]
                if message.id != said["id"]:
                    self.ledger.wrong(pdu.source, f"{message.id} is {said['id']} in its receipt")
            return self.ledger.reported(pdu.source, said["stat"], "ESME")
        if pdu.total == 1:
            return self.ledger.arrived(pdu.source, pdu.text, "ESME")
        message = self.ledger.incoming.get(pdu.source)
        if message is not None:
            parts = message.gathered.setdefault(pdu.reference, {})
            parts[pdu.part] = pdu.text
            if pdu.part == pdu.total:
                words = "".join(text for _, text in sorted(parts.items()))
                del message.gathered[pdu.reference]
                return self.ledger.arrived(pdu.source, words, "ESME")
        return None


class EsmeSession(Link):
    def __init__(self, esme):
        super().__init__(esme.ledger)
        self.esme = esme
        self.ended = asyncio.get_running_loop().create_future()
        self.out = 0

    def on_request(self, command, sequence, body):
        self.esme.take(Message(body))
        self.answer(command, sequence, body=b"\0")

    def fill_window(self):
        while self in self.esme.binds and self.ledger.loading and self.out < ESME_WINDOW:
            self.submit()

    def submit(self):
        number, rng = self.ledger.next_number(), self.ledger.rng
        text, schedule = f"to {number} ", ""
        chance = rng.random()
        if chance < 0.05:
            text += LONG
        elif chance < 0.10:
            schedule = f"00000000000{rng.randrange(1, 4)}000R"[-16:]
        message = Outgoing(number, "ESME", text)
        message.wants_receipt = rng.random() < 0.95
        self.ledger.add(message)
        self.out += 1
        is_long = len(text) > 150
        body = smpp.message_body("2400", number, b"" if is_long else text.encode(), 0,
                                 int(message.wants_receipt), schedule)
        if is_long:
            body += smpp.payload(text.encode())
        self.ask(smpp.SUBMIT_SM, body, (message, bool(schedule)))

    def on_response(self, asked, status, body):
        if asked == "bind":
            if status != smpp.OK:
                return self.transport.close()
            self.esme.binds.append(self)
            return self.fill_window()
        if callable(asked):
            return asked(status)
        message, scheduled = asked
        self.ledger.answered(message, status == smpp.OK, body[:-1].decode())
        if status == smpp.OK and scheduled and self.ledger.rng.random() < 0.5:
            self.change_mind(message)
        self.out -= 1
        # A refusal, which is quick, does not make it faster.
        if status != smpp.OK:
            asyncio.get_running_loop().call_later(0.05, self.fill_window)
        else:
            self.fill_window()
        return None

    def change_mind(self, message):
        if self.ledger.rng.random() < 0.5:
            message.cancel_asked = True

            def on_cancelled(status):
                message.cancelled = message.cancel_asked = status == smpp.OK
                if message.cancelled:
                    self.ledger.counts["cancelled"] += 1
                    if message.seen:
                        self.ledger.wrong(message.number, "sent, and cancelled afterwards")
            return self.ask(smpp.CANCEL_SM, b"\0" + smpp.text(message.id) + b"\x01\x01"
                            + smpp.text("2400") + b"\x01\x01" + smpp.text(message.number),
                            on_cancelled)
        fresh = f"instead, to {message.number}"
        message.texts.add(fresh)

        def on_replaced(status):
            message.texts = {fresh if status == smpp.OK else message.text}
            self.ledger.counts["replaced"] += status == smpp.OK
        return self.ask(smpp.REPLACE_SM, smpp.text(message.id) + b"\x01\x01" + smpp.text("2400")
                        + b"\0\0" + bytes((1 if message.wants_receipt else 0, 0, len(fresh)))
                        + fresh.encode(), on_replaced)

    def connection_lost(self, exc):
        super().connection_lost(exc)
        if self in self.esme.binds:
            self.esme.binds.remove(self)
        if not self.ended.done():
            self.ended.set_result(None)


async def read_http(reader):
    """(first line, headers, body), or None at the end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in
               (line.split(": ", 1) for line in head[1:] if line)}
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", 0)))


class HttpLink:
    """One connection to the HTTP API."""

    def __init__(self, ledger, port, key):
        self.ledger, self.port, self.key, self.reader, self.writer = ledger, port, key, None, None

    async def call(self, method, path, body=None):
        """(status, answer); OSError or EOFError where the connection does not live that long."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.ledger.links.add(self)
        try:
            octets = b"" if body is None else json.dumps(body).encode()
            self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: smppd\r\nX-API-Key: {self.key}"
                              "\r\nContent-Type: application/json\r\nContent-Length: "
                              f"{len(octets)}\r\n\r\n".encode() + octets)
            line, _, answer = await read_http(self.reader)
            return int(line.split(" ")[1]), json.loads(answer)
        except (OSError, EOFError):
            self.close()
            raise
        finally:
            self.ledger.links.discard(self)

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.writer = None


class Webhooks:
    """Where smppd posts receipts and inbound messages."""

    def __init__(self, ledger):
        self.ledger, self.port, self.bodies, self.ids, self.taken = ledger, 0, {}, {}, set()

    async def listen(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    async def serve(self, reader, writer):
        self.ledger.links.add(writer)
        try:
            while True:
                _, headers, body = await read_http(reader)
                good = self.ledger.rng.random() > 0.01
                if good:
                    self.take(headers["webhook-id"], body)
                status = b"204 No Content" if good else b"503 Service Unavailable"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        except (OSError, EOFError, asyncio.CancelledError):
            writer.close()
        finally:
            self.ledger.links.discard(writer)

    def take(self, identifier, body):
        if self.bodies.setdefault(identifier, body) != body:
            self.ledger.wrong(identifier, f"a webhook-id with two bodies: {body} and "
                                          f"{self.bodies[identifier]}")
        data = json.loads(body)["data"]
        if "status" not in data:
            return self.ledger.arrived(data["from"].lstrip("+"), data["text"], "webhook")
        number = data["to"].lstrip("+")
        if self.ids.setdefault(number, identifier) != identifier:
            self.ledger.wrong(number, "two webhook-ids for one receipt")
        message = self.ledger.outgoing.get(number)
        if message is not None and message.repeated() and not data["possible_duplicate"]:
            self.ledger.wrong(number, f"sent twice, and not marked in the webhook: {data}")
        return self.ledger.reported(number, {"DELIVERED": "DELIVRD"}.get(data["status"], "FAILED"),
                                    "HTTP")


async def send_over_http(ledger, link_of, webhooks):
    """One caller: one message after the other, one in ten to three numbers."""
    link = None
    while True:
        if not ledger.loading:
            link = None
            await asyncio.sleep(0.02)
            continue
        link = link or link_of()
        numbers = [ledger.next_number() for _ in range(3 if ledger.rng.random() < 0.1 else 1)]
        text = f"over HTTP, first to {numbers[0]} " + (LONG if ledger.rng.random() < 0.05 else "")
        messages = [ledger.add(Outgoing(number, "HTTP", text)) for number in numbers]
        try:
            status, answer = await link.call("POST", "/v1/sms/send", {
                "to": ["+" + number for number in numbers], "from": "Test", "message": text,
                "callback_url": webhooks.url("receipts"), "client_ref": numbers[0]})
        except (OSError, EOFError):
            link = None
            await asyncio.sleep(0.02)
            continue
        for message in messages:
            ledger.answered(message, status == 202, answer.get("sms_message_id"))
        if status != 202:
            await asyncio.sleep(0.05)

