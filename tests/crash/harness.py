"""What the tests of smppd under trouble have in common: a carrier and a daemon as processes."""
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

WINDOW, BINDS = 50, 2
PATIENCE = 60  # seconds, for anything that must happen


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Carrier:
    """A simulated carrier that outlives every crash and remembers each message it was given."""

    def __init__(self, program, folder):
        self.log = os.path.join(folder, "submits.log")
        self.port, self.control = free_port(), free_port()
        self.process = subprocess.Popen(
            [program, "--listen", f"127.0.0.1:{self.port}", "--control",
             f"127.0.0.1:{self.control}", "--log", self.log, "--window", "500"],
            stdout=subprocess.DEVNULL)
        wait_for("the simulated carrier", lambda: answers(self.control))

    def ask(self, command):
        with socket.create_connection(("127.0.0.1", self.control), 5) as link:
            link.sendall(command.encode() + b"\n")
            return link.makefile().readline().strip()

    def figures(self):
        pairs = (pair.split("=", 1) for pair in self.ask("stats").split())
        return {name: int(value) for name, value in pairs}

    def texts(self):
        self.ask("flush")
        with open(self.log, encoding="utf-8") as lines:
            return [line.rstrip("\n").split(" text=", 1)[1] for line in lines]


class Daemon:
    """`tables` adds lines to its configuration: to [store], to [smpp], to the carrier as `bind`,
    and whole tables as `more`."""

    def __init__(self, program, folder, carrier, **tables):
        self.program, self.folder, self.environment = program, folder, None
        self.smpp, self.http, self.admin = free_port(), free_port(), free_port()
        self.config = os.path.join(folder, "smppd.toml")
        self.store = os.path.join(folder, "store", "smppd.db")
        os.makedirs(os.path.dirname(self.store), exist_ok=True)
        self.log = open(os.path.join(folder, "smppd.log"), "ab")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f'''
[store]
path = "{self.store}"
{tables.get("store", "")}
[http]
listen = "127.0.0.1:{self.http}"
[admin]
listen = "127.0.0.1:{self.admin}"
[smpp]
listen = "127.0.0.1:{self.smpp}"
{tables.get("smpp", "")}
[[carrier]]
name = "simulated"
host = "127.0.0.1"
port = {carrier.port}
system_id = "smppd"
password = "secret"
binds = {BINDS}
window = {WINDOW}
{tables.get("bind", "")}
[[route]]
prefix = ""
carriers = ["simulated"]
{tables.get("more", "")}
''')
        self.run("account", "add", "crash")
        self.run("login", "add", "--account", "crash", "--system-id", "load", given="secret\n")
        self.key = self.run("key", "add", "--account", "crash").split()[0]
        self.process = None

    def run(self, *arguments, given=None):
        done = subprocess.run([self.program, *arguments, "--config", self.config], input=given,
                              capture_output=True, text=True, check=True)
        return done.stdout

    def start(self):
        self.launch()
        wait_for("smppd", self.answers)

    def launch(self):
        self.process = subprocess.Popen([self.program, "run", "--config", self.config],
                                        stdout=self.log, stderr=self.log, env=self.environment)

    def answers(self):
        return answers(self.http) and answers(self.smpp)

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def call(self, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http}{path}",
            None if body is None else json.dumps(body).encode(),
            {"X-API-Key": self.key, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def send(self, text):
        return self.call("/v1/sms/send", {"to": "+4791234567", "from": "Test", "message": text})

    def figures(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/status", timeout=10) as answer:
            return json.load(answer)
