#!/usr/bin/env python3
"""Can the library be configured with Boost and OpenSSL alone? alone_test.py BUILD_FOLDER"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# What the daemon, the tools and the tests need on top, as find_package knows it; the others are
# found by pkg-config, which is shown an empty folder.
OTHERS = ("boost_json", "boost_program_options", "boost_url", "fmt", "spdlog", "SQLite3", "CURL",
          "tomlplusplus", "prometheus-cpp", "GTest", "benchmark")


def configure(source, build, *options):
    hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in OTHERS]
    return subprocess.run(["cmake", "-G", "Ninja", "-S", source, "-B", build, *hidden, *options],
                          capture_output=True, text=True, timeout=300, check=False,
                          stdin=subprocess.DEVNULL,
                          env={**os.environ, "PKG_CONFIG_LIBDIR": f"{build}/nothing"})


def main():
    cache = (Path(sys.argv[1]) / "CMakeCache.txt").read_text(encoding="utf-8")
    source = re.search(r"^CMAKE_HOME_DIRECTORY:\w+=(.*)$", cache, re.MULTILINE)[1]
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)[1]
    with tempfile.TemporaryDirectory(prefix="smpp_alone_") as folder:
        alone = configure(source, f"{folder}/alone", "-DSMPPD_DAEMON=OFF",
                          f"-DCMAKE_CXX_COMPILER={compiler}")
        if alone.returncode != 0:
            sys.exit(alone.stdout + alone.stderr)
        targets = subprocess.run(["ninja", "-C", f"{folder}/alone", "-t", "targets", "all"],
                                 capture_output=True, text=True, check=True).stdout
        for name in ("libsmpp.a", "libsmpp_net.a"):
            if f"{name}:" not in targets:
                sys.exit(f"{name} cannot be built")
        if "smppd" in targets.replace(source, ""):
            sys.exit("the daemon is built too")
        # Otherwise nothing was hidden, and this test shows nothing.
        if configure(source, f"{folder}/all", f"-DCMAKE_CXX_COMPILER={compiler}").returncode == 0:
            sys.exit("the daemon was configured without what it needs")


if __name__ == "__main__":
    main()
