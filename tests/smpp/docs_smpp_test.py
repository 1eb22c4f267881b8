#!/usr/bin/env python3
"""Does docs/smpp.md say what happens? docs_smpp_test.py BUILD_FOLDER

C++ that begins with `// NAME.cpp` is a program: it is compiled against the installed library. Other
C++ is part of one of them. Then the `console` blocks are typed: `$ COMMAND`, and below it what that
prints. `&` stays until the end. The ports are free ones; behind CARRIERS there is a carrier.
"""

import os
import re
import socket
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "package"))
from installed import Installed, LIMIT  # noqa: E402

BIND, SUBMIT, UNBIND, RESPONSE = 0x9, 0x4, 0x6, 0x80000000
ROK, RALYBND, RTHROTTLED = 0x0, 0x5, 0x58
LATER = 2.5  # seconds; late.cpp waits for one

# What a carrier says, a list for each connection: (request, status, body, seconds until then).
# A list that is at its end hangs up when the next request comes.
BOUND = (BIND, ROK, b"carrier\0", 0)
GOODBYE = (UNBIND, ROK, b"", 0)
CARRIERS = {
    "2776": [
        [(BIND, RALYBND, b"", 0)],
        [BOUND, (SUBMIT, RTHROTTLED, b"", 0), (SUBMIT, ROK, b"a1\0", 0)],
        [BOUND, (SUBMIT, ROK, b"a2\0", 0), (SUBMIT, ROK, b"a3\0", 0), GOODBYE],
    ],
    "2777": [[BOUND, (SUBMIT, ROK, b"b1\0", LATER), GOODBYE]],
}


def read_pdu(stream):
    """(command_id, sequence_number); None at the end."""
    header = stream.read(16)
    if len(header) < 16:
        return None
    length, command, _, sequence = struct.unpack(">4I", header)
    stream.read(length - 16)
    return command, sequence


def talk(connected, script):
    stopped = threading.Event()
    with connected, connected.makefile("rb") as stream:
        for wanted, status, body, pause in script:
            request = read_pdu(stream)
            if request is None or request[0] != wanted:
                return
            if pause:
                stopped.wait(pause)
            connected.sendall(struct.pack(">4I", 16 + len(body), request[0] | RESPONSE, status,
                                          request[1]) + body)
        read_pdu(stream)


def play(listener, scripts):
    for script in scripts:
        talk(listener.accept()[0], script)


def start_carrier(scripts):
    """Its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=play, args=(listener, scripts), daemon=True).start()
    return str(listener.getsockname()[1])


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands(page):
    """(command, what it prints) in order."""
    for block in blocks(page, "console"):
        for command, printed in re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block,
                                           re.MULTILINE):
            yield command, printed


def without_indent(text):
    return "".join(line.lstrip() for line in text.splitlines(keepends=True))


def build(library, page):
    """Compiles the programs; offences."""
    programs, parts = {}, []
    for block in blocks(page, "cpp"):
        name = re.match(r"// (\w+)\.cpp: ", block)
        if name:
            programs[name[1]] = block
        else:
            parts.append(block)
    every = without_indent("".join(programs.values()))
    offences = [f"in no program:\n{part}" for part in parts if without_indent(part) not in every]
    cmake = (HERE / "package/CMakeLists.txt").read_text(encoding="utf-8")
    offences += [f"not in tests/smpp/package/CMakeLists.txt:\n{block}"
                 for block in blocks(page, "cmake") if block not in cmake]

    def compile_one(name):
        source = library.folder / f"{name}.cpp"
        source.write_text(programs[name], encoding="utf-8")
        library.compile(source, "smpp_net" if "smpp/net/" in programs[name] else "smpp")

    with ThreadPoolExecutor(2) as jobs:
        list(jobs.map(compile_one, programs))
    typed = "\n".join(command for command, _ in commands(page))
    offences += [f"{name}.cpp is never run" for name in programs if f"./{name}" not in typed]
    return offences


class Shell:
    """Types commands in the folder of the programs."""

    def __init__(self, library):
        path = f"{library.prefix / 'bin'}:{os.environ['PATH']}"
        self.how = {"cwd": library.folder, "env": {**os.environ, "PATH": path}, "text": True,
                    "stdin": subprocess.DEVNULL}
        self.ports = {port: start_carrier(scripts) for port, scripts in CARRIERS.items()}
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for program in self.running:
            program.terminate()
            program.communicate()

    def start(self, command, port):
        """A server on a free port, known as `port` from now on; its first line."""
        program = subprocess.Popen(command.replace(port, "0").split(), stdout=subprocess.PIPE,
                                   **self.how)
        self.running.append(program)
        line = program.stdout.readline()
        self.ports[port] = re.search(r"\d+", line)[0]
        return line.replace(self.ports[port], port)

    def type(self, command):
        """What it printed."""
        if command.endswith(" &"):
            return self.start(command.removesuffix(" &"), re.search(r"\d+", command)[0])
        for port, real in self.ports.items():
            command = re.sub(rf"\b{port}\b", real, command)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], timeout=LIMIT,
                              stdout=subprocess.PIPE, check=False, **self.how)
        if done.returncode != 0:
            return f"{done.stdout}exit status {done.returncode}\n"
        return done.stdout


def main():
    with Installed(sys.argv[1]) as library:
        page = (library.source / "docs/smpp.md").read_text(encoding="utf-8")
        offences = build(library, page)
        with Shell(library) as shell:
            tried = 0
            for command, printed in commands(page):
                tried += 1
                got = shell.type(command)
                if got != printed:
                    offences.append(f"`{command}` printed\n{got}and not\n{printed}")
    for line in offences:
        print(f"docs/smpp.md: {line}")
    if not tried:
        print("docs/smpp.md runs nothing")
    return 1 if offences or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
