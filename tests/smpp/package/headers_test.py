#!/usr/bin/env python3
"""Does every public header compile alone? headers_test.py BUILD_FOLDER

Compiled are the installed ones, with no other folder to include from. A header of smpp/ that is not
installed must be in smpp/detail/, or belong to smpp_dump.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from installed import Installed, LIMIT

JOBS = 2
PRIVATE = ("detail", "smpp_dump")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", "c++")


def main():
    offences = []
    with Installed(sys.argv[1]) as library:
        include = library.only("smpp/wire.hpp").parent.parent
        headers = {path.relative_to(include).as_posix() for path in include.rglob("*.hpp")}
        ours = {path.relative_to(library.source).as_posix()
                for path in (library.source / "smpp").rglob("*.hpp")
                if path.relative_to(library.source).parts[1] not in PRIVATE}
        offences += [f"{header}: not installed; add it to smpp/CMakeLists.txt"
                     for header in sorted(ours - headers)]

        flags = {package: library.pkg_config("--cflags", package)
                 for package in ("smpp", "smpp_net")}

        def compile_alone(header):
            package = "smpp_net" if header.startswith("smpp/net/") else "smpp"
            # Twice: it guards itself.
            text = f"#include <{header}>\n#include <{header}>\n"
            done = subprocess.run(library.compiler(*STRICT, *flags[package], "-"), input=text,
                                  capture_output=True, text=True, timeout=LIMIT, check=False)
            return f"{header}: {done.stderr}" if done.returncode != 0 else None

        with ThreadPoolExecutor(JOBS) as jobs:
            # Those with Asio take longest: they begin.
            longest_first = sorted(headers, key=lambda header: (not header.startswith("smpp/net/"),
                                                                header))
            offences += filter(None, jobs.map(compile_alone, longest_first))
    for line in offences:
        print(line)
    if not headers:
        print("no header is installed")
    return 1 if offences or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
