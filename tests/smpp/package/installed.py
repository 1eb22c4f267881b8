"""The library as somebody else has it: installed from a build folder into a temporary one."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 300  # seconds for any one command


def run(*command, **how):
    """What it printed; the whole test ends where it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=LIMIT, check=False, stdin=subprocess.DEVNULL, **how)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
        sys.exit(f"{' '.join(str(w) for w in command)}: exit status {done.returncode}")
    return done.stdout


class Installed:
    """`prefix` is where the library is, `folder` is for whatever a test makes."""

    def __init__(self, build):
        self.build = Path(build).resolve()
        cache = (self.build / "CMakeCache.txt").read_text(encoding="utf-8")
        # Of a sanitizer the user's program needs as much as the library.
        self.cxx, self.flags, source = (re.search(rf"^{name}:\w+=(.*)$", cache, re.MULTILINE)[1]
                                        for name in ("CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS",
                                                     "CMAKE_HOME_DIRECTORY"))
        self.source = Path(source)
        self._temporary = tempfile.TemporaryDirectory(prefix="smpp_installed_")
        self.folder = Path(self._temporary.name)
        self.prefix = self.folder / "prefix"
        run("cmake", "--install", self.build, "--component", "library", "--prefix", self.prefix)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._temporary.cleanup()

    def only(self, pattern):
        """The one path below the prefix that matches."""
        found = list(self.prefix.rglob(pattern))
        if len(found) != 1:
            sys.exit(f"installed {len(found)} of {pattern}")
        return found[0]

    def pkg_config(self, *words):
        path = {**os.environ, "PKG_CONFIG_PATH": str(self.only("smpp.pc").parent)}
        return shlex.split(run("pkg-config", *words, env=path))

    def compiler(self, *words):
        return [self.cxx, "-std=c++20", *shlex.split(self.flags), *[str(w) for w in words]]

    def compile(self, source, package):
        """The program, made as the documentation says."""
        program = self.folder / Path(source).stem
        flags = self.pkg_config("--cflags", "--libs", package)
        run(*self.compiler(source, "-o", program, *flags))
        return program
