#!/usr/bin/env python3
"""The application of scheduled.sh.

    scheduled.py SMPP_PORT CONTROL_PORT COUNT INTERVAL_MS

Submits COUNT messages to 46... for one and the same instant, then one to 47... every INTERVAL_MS,
from five seconds before that instant until the carrier (its control port) has all of the others.
The last line is key=value: how long they took to leave, and the response times of the one by one
before and after the instant."""
import asyncio
import os
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from smpp_pdu import BIND_TRANSCEIVER, OK, SUBMIT_SM, bind_body, message_body  # noqa: E402
from smpp_peer import Session  # noqa: E402

IN_FLIGHT, LEAD, PATIENCE = 500, 5, 600


class Application(Session):
    def __init__(self):
        super().__init__()
        self.free = asyncio.Semaphore(IN_FLIGHT)
        self.bound = asyncio.Event()
        self.times, self.refused = [], 0

    def on_request(self, command, sequence, body):
        self.answer(command, sequence, OK, b"\0")

    def on_response(self, asked, status, body):
        if asked == "bind":
            self.bound.set()
            return
        self.free.release()
        self.refused += status != OK
        self.times.append((asked, time.time() - asked))

    async def submit(self, number, schedule=""):
        await self.free.acquire()
        body = message_body("Shop", number, b"Your order has been sent", schedule=schedule)
        self.ask(SUBMIT_SM, body, time.time())


async def submits_at(control):
    reader, writer = await asyncio.open_connection("127.0.0.1", control)
    writer.write(b"stats\n")
    pairs = (await reader.readline()).decode().split()
    writer.close()
    return int(dict(pair.split("=") for pair in pairs)["submits"])


def percentile(values, share):
    return int(1e6 * sorted(values)[min(int(len(values) * share), len(values) - 1)])


async def main(port, control, count, interval):
    loop = asyncio.get_running_loop()
    _, session = await loop.create_connection(Application, "127.0.0.1", port)
    session.ask(BIND_TRANSCEIVER, bind_body("load", "secret", 0x34), "bind")
    await session.bound.wait()
    due = int(time.time()) + count // 1500 + 2 * LEAD
    schedule = time.strftime("%y%m%d%H%M%S", time.gmtime(due)) + "000+"
    for n in range(count):
        await session.submit(f"46{n:09}", schedule)
        if n % 20000 == 0:
            print(f"{n} of {count} scheduled", file=sys.stderr)
    while len(session.times) < count:
        await asyncio.sleep(0.05)
    assert time.time() < due - LEAD, "this machine takes too long to schedule so many"
    assert await submits_at(control) == 0, "some have left already"
    session.times.clear()
    await asyncio.sleep(due - LEAD - time.time())
    ended = None
    while ended is None:
        await session.submit("4790000001")
        await asyncio.sleep(interval / 1000)
        if len(session.times) % 10 == 0 and await submits_at(control) >= count:
            ended = time.time()
        assert time.time() < due + PATIENCE, "not all have left"
    before = [took for at, took in session.times if at < due]
    after = [took for at, took in session.times if at >= due]
    print(f"scheduled={count} refused={session.refused} left_in_seconds={ended - due:.1f} "
          f"before_p50_us={percentile(before, 0.5)} before_p99_us={percentile(before, 0.99)} "
          f"after_p50_us={percentile(after, 0.5)} after_p99_us={percentile(after, 0.99)}")
    return session.refused


sys.exit(asyncio.run(main(*map(int, sys.argv[1:]))) != 0)
