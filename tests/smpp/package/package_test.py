#!/usr/bin/env python3
"""Can others use the library once it is installed? package_test.py BUILD_FOLDER

Installs the component `library`, moves it, and builds a program with find_package and another with
pkg-config. Nothing but the library is installed, and none of our compiler settings come with it.
"""

import re
import sys
from pathlib import Path

from installed import Installed, run

HERE = Path(__file__).resolve().parent
CODE_OF_LIBRARY = re.compile(
    r"include/smpp/[\w/]+\.hpp|bin/smpp_dump|lib/([\w-]+/)?(libsmpp(_net)?\.a"
    r"|pkgconfig/smpp(_net)?\.pc|cmake/smpp/smpp(Config|ConfigVersion|Targets[\w-]*)\.cmake)")


def expect(printed, wanted, by):
    if printed != wanted:
        sys.exit(f"{by} printed {printed!r}, not {wanted!r}")


def check_files(prefix):
    for path in sorted(prefix.rglob("*")):
        name = path.relative_to(prefix).as_posix()
        if path.is_file() and not CODE_OF_LIBRARY.fullmatch(name):
            sys.exit(f"{name} does not belong to the library")
        if path.suffix in (".cmake", ".pc"):
            leak = re.search(r"\s-[Wf]\w\S*|_GLIBCXX\w*|smppd_\w+", path.read_text())
            if leak:
                sys.exit(f"{name} hands on {leak[0].strip()}")


def main():
    with Installed(sys.argv[1]) as library:
        moved = library.folder / "moved"
        library.prefix = library.prefix.rename(moved)
        check_files(library.prefix)
        run(library.only("smpp_dump"), "--help")

        program = library.compile(HERE / "uses_smpp.cpp", "smpp")
        expect(run(program), 'submit_sm seq 7: destination_addr "46700000001", '
               'short_message "hello"\n', program.name)

        build = library.folder / "build"
        run("cmake", "-G", "Ninja", "-S", HERE, "-B", build, f"-DCMAKE_PREFIX_PATH={moved}",
            f"-DCMAKE_CXX_COMPILER={library.cxx}", f"-DCMAKE_CXX_FLAGS={library.flags}")
        run("cmake", "--build", build)
        expect(run(build / "uses_net"), "accepted as its id\n", "uses_net")


if __name__ == "__main__":
    main()
