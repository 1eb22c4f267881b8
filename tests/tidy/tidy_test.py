#!/usr/bin/env python3
"""The house rules, as far as a script can read them.

    tidy_test.py [SOURCE_FOLDER]

Prints `file:line: what is wrong; what to do instead` for each offence and exits with 1 if there is
any. A rule is a function that takes a `Source` and yields offences; examples of good and bad text
for each stand at the end and are tried first, so that no rule falls asleep.
"""

import re
import sys
from pathlib import Path

SKIPPED_FOLDERS = {".git", "build", "node_modules", "corpus", "__pycache__"}
CODE = (".cpp", ".hpp")
SCRIPTS = (".py", ".sh")
LINE_MAX = 100
FILE_LINES_MAX = 800

# Who may include what. The first prefix that matches a file decides; a file may include its own
# folder's headers by a bare name. Angle brackets: the standard library is always allowed.
LAYERS = [
    # folder, quoted includes, includes in angle brackets, what to do instead
    ("smpp/net/", ("smpp/",),
     ("boost/system/", "boost/endian/", "boost/asio", "openssl/", "fcntl.h", "unistd.h"),
     "smpp/net/ uses smpp/ and Asio only"),
    ("smpp/smpp_dump/", ("smpp/",), None, "the tool uses the engine and its own folder"),
    ("smpp/", ("smpp/",), ("boost/system/", "boost/endian/"),
     "the engine does no I/O: standard library, Boost.System and Boost.Endian only"),
    ("store/", ("store/", "schema.inc"),
     ("boost/system/", "boost/unordered/", "sqlite3.h", "libpq-fe.h", "fcntl.h", "unistd.h",
      "sys/file.h", "sys/stat.h"),
     "the store knows neither SMPP nor Asio nor the daemon"),
    ("daemon/", ("daemon/", "smpp/", "store/"), None, "nothing includes tests/ or examples/"),
    ("examples/", ("smpp/",), None, "examples use public headers only"),
    ("tests/", None, None, ""),
]
PRIVATE_HEADERS = "smpp/detail/"

# (pattern in the code, what to use instead, paths where it is right)
BANNED = [
    (r"\bsystem_clock::now\b", "a time that is a parameter; in daemon/, wall_now()",
     r"^(daemon/clock\.hpp$|smpp/net/trace_file\.cpp$|tests/|examples/)"),
    (r"\bsteady_clock::now\b", "a time that is a parameter",
     r"^(smpp/net/|daemon/|tests/|examples/)"),
    (r"\bsleep_(for|until)\b", "a wait for the event itself, or a fake clock", r"^examples/"),
    (r"\bstd::rand\b|\bsrand\b", "std::mt19937 with a printed seed; libsodium for secrets", None),
    (r"\bstd::endl\b", "'\\n'", None),
    (r"\bdetached\b", "a completion handler that looks at the exception", r"^examples/"),
    (r"\[=[\],]", "captures by name", None),
    (r"(?<!operator )\bnew\s+[\w:]", "std::make_unique, or a container", None),
    (r"\bv?[fs]?printf\s*\(", "fmt, or the log", r"^(examples/|tests/(bench|fuzz)/)"),
    (r"\bSELECT \*", "the columns by name", None),
    (r"\busing namespace std;", "a declaration for each name", None),
]

# Tests that may end in GTEST_SKIP, because what they need is not on every machine.
MAY_SKIP = re.compile(r"^tests/(interop/|store/contract/engines\.cpp$)")

# What tests a source whose mirror is not a file of its own name.
TESTED_BY = {
    # Where a verb of the store is implemented does not matter to its contract.
    "store/sqlite/": "tests/store/contract",
    "store/sql/": "tests/store/sql",
    # One table test drives every PDU.
    "smpp/pdu/": "tests/smpp/pdu",
    # What comes in, and what is answered to it.
    "smpp/session_input.cpp": "tests/smpp/session_errors_test.cpp",
    # The tool is run as a whole.
    "smpp/smpp_dump/": "tests/smpp/smpp_dump",
}


class Source:
    """A file, with its path as the rules know it and its code without comments and strings."""

    def __init__(self, path, text):
        self.path = path
        self.suffix = Path(path).suffix
        self.text = text
        self.lines = text.split("\n")
        if self.suffix in CODE:
            self.uncommented = blank(text, comments=True, strings=False)
            self.code = blank(text, comments=True, strings=True)

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


LEXEME = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>\w*)\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def blank(text, comments, strings):
    """`text` with its comments, or the insides of its strings, replaced by blanks."""
    def replaced(match):
        lexeme = match.group()
        is_comment = lexeme.startswith(("//", "/*"))
        if not (comments if is_comment else strings):
            return lexeme
        return re.sub(r"[^\n]", " ", lexeme)
    return LEXEME.sub(replaced, text)


def include_direction(source):
    layer = next((rule for rule in LAYERS if source.path.startswith(rule[0])), None)
    if layer is None or source.suffix not in CODE:
        return
    folder, quoted, angled, instead = layer
    for match in re.finditer(r'^#include\s+(["<])([^">]+)[">]', source.uncommented, re.MULTILINE):
        bracket, header = match.groups()
        ours = header.startswith(("smpp/", "store/", "daemon/", "tests/", "examples/"))
        if ours or bracket == '"':
            beside = not ours and "/" not in header
            allowed = quoted is None or beside or header.startswith(quoted)
            if folder == "smpp/" and header.startswith("smpp/net/"):
                allowed = False
            if folder == "examples/" and header.startswith(PRIVATE_HEADERS):
                allowed = False
        else:
            standard = re.fullmatch(r"[a-z_0-9]+", header) is not None
            allowed = angled is None or standard or header.startswith(angled)
        if not allowed:
            yield source.line_of(match.start()), f"includes {header}; {instead}"


def brace_in_co_await(source):
    """g++ 12 destroys temporaries made by a brace inside a co_await statement twice."""
    if source.suffix not in CODE:
        return
    for match in re.finditer(r"\bco_await\b", source.code):
        depth = 0
        for offset in range(match.end(), len(source.code)):
            c = source.code[offset]
            depth += (c in "([") - (c in ")]")
            if depth < 0 or (c == ";" and depth == 0):
                break
            if c == "{":
                yield (source.line_of(offset),
                       "a brace inside a co_await statement (g++ 12 frees it twice); "
                       "make a named local before it")
                break


def banned_words(source):
    if source.suffix not in CODE:
        return
    for pattern, instead, right_in in BANNED:
        if right_in and re.search(right_in, source.path):
            continue
        text = source.uncommented if "SELECT" in pattern else source.code
        for match in re.finditer(pattern, text):
            yield source.line_of(match.start()), f"{match.group().strip()}; use instead: {instead}"


def line_length(source):
    if source.suffix in CODE + SCRIPTS:
        for number, line in enumerate(source.lines, 1):
            if len(line) > LINE_MAX:
                yield number, f"{len(line)} columns; break the line at {LINE_MAX}"


def file_length(source):
    is_test = source.path.startswith("tests/")
    if source.suffix in CODE and not is_test and len(source.lines) > FILE_LINES_MAX:
        yield FILE_LINES_MAX, f"{len(source.lines)} lines; split the file by what it is about"


def white_space(source):
    if source.suffix == ".md":
        return  # two blanks at the end of a line mean something there
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip():
            yield number, "white space at the end of the line; take it away"
        if "\t" in line and source.suffix in CODE + SCRIPTS:
            yield number, "a tab; use spaces"
    if source.text and not source.text.endswith("\n"):
        yield len(source.lines), "the last line does not end; end it"


def open_ends(source):
    for match in re.finditer(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", source.text):
        if source.suffix in CODE + SCRIPTS + (".sql", ".txt", ".cmake"):
            yield source.line_of(match.start()), f"{match.group()}; do it, or write TODO(#issue)"


def file_names(source):
    words = re.split(r"[_.\-]", Path(source.path).name)
    for word in ("manager", "helper", "helpers", "util", "utils", "common", "misc"):
        if word in words:
            yield 1, f"a file named {word}; name it after the noun that it is about"


def machine_paths(source):
    for match in re.finditer(r"(?<![\w.$}/@-])/(work|root|home)(?=[/\s\"'`]|$)", source.text):
        yield source.line_of(match.start()), f"{match.group()} is this machine's; make it relative"


def skipped_tests(source):
    if source.suffix in CODE and not MAY_SKIP.search(source.path):
        for match in re.finditer(r"\bGTEST_SKIP\b", source.code):
            yield source.line_of(match.start()), "GTEST_SKIP protects nothing; let the test run"


def header_guard(source):
    if source.suffix == ".hpp" and "#pragma once" not in source.text:
        yield 1, "no #pragma once; write it"


RULES = [include_direction, brace_in_co_await, banned_words, line_length, file_length, white_space,
         open_ends, file_names, machine_paths, skipped_tests, header_guard]


def missing_mirrors(paths):
    """Every source of the library and the store has a test that is named after it."""
    for path in sorted(paths):
        if not path.startswith(("smpp/", "store/")) or not path.endswith(".cpp"):
            continue
        mirror = f"tests/{path[:-4]}_test.cpp"
        elsewhere = [test for prefix, test in TESTED_BY.items() if path.startswith(prefix)]
        if mirror not in paths and not any(p.startswith(t) for t in elsewhere for p in paths):
            yield path, 1, f"no test; write {mirror}"


def offences_of(source):
    # This script names what it forbids: only its form is looked at.
    own = source.path.startswith("tests/tidy/")
    for rule in [line_length, white_space] if own else RULES:
        for line, what in rule(source):
            yield source.path, line, what


def read_tree(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS.intersection(relative.parts) or not path.is_file():
            continue
        octets = path.read_bytes()
        if b"\0" not in octets[:4096]:
            yield Source(relative.as_posix(), octets.decode("utf-8", errors="replace"))


# (rule, path, text, whether the rule objects)
EXAMPLES = [
    (include_direction, "smpp/a.cpp", '#include "smpp/b.hpp"\n#include <vector>\n', False),
    (include_direction, "smpp/a.cpp", '#include "smpp/net/b.hpp"\n', True),
    (include_direction, "smpp/a.cpp", "#include <boost/asio.hpp>\n", True),
    (include_direction, "smpp/a.cpp", "#include <boost/endian/conversion.hpp>\n", False),
    (include_direction, "smpp/a.cpp", "// #include <boost/asio.hpp>\n", False),
    (include_direction, "smpp/net/a.cpp", "#include <boost/asio/write.hpp>\n", False),
    (include_direction, "smpp/net/a.cpp", '#include "store/a.hpp"\n', True),
    (include_direction, "store/a.cpp", "#include <sqlite3.h>\n", False),
    (include_direction, "store/a.cpp", "#include <smpp/a.hpp>\n", True),
    (include_direction, "daemon/a.cpp", '#include "tests/a.hpp"\n', True),
    (include_direction, "daemon/a.cpp", "#include <curl/curl.h>\n", False),
    (include_direction, "examples/a.cpp", '#include "daemon/a.hpp"\n', True),
    (include_direction, "examples/a.cpp", '#include "smpp/detail/a.hpp"\n', True),
    (brace_in_co_await, "a.cpp", "auto a = co_await f(b);\nint c{};\n", False),
    (brace_in_co_await, "a.cpp", "auto a = co_await f(\n    {.b = 1});\n", True),
    (brace_in_co_await, "a.cpp", "co_await f([b](int) { return b; });\n", True),
    (brace_in_co_await, "a.cpp", "if (co_await f(b)) {\n}\n", False),
    (brace_in_co_await, "a.cpp", 'co_await f("{}");  // {\n', False),
    (banned_words, "store/a.cpp", "auto a = std::chrono::system_clock::now();\n", True),
    (banned_words, "tests/a.cpp", "std::this_thread::sleep_for(1s);\n", True),
    (banned_words, "daemon/a.cpp", "auto a = [=] { return b; };\n", True),
    (banned_words, "daemon/a.cpp", "auto* a = new thing(b);\n", True),
    (banned_words, "daemon/a.cpp", "// a new thing\nauto a = \"a new thing\";\n", False),
    (banned_words, "daemon/a.cpp", "std::fprintf(a, b, c);\n", True),
    (banned_words, "examples/a.cpp", "std::printf(a);\n", False),
    (banned_words, "store/a.cpp", 'run("SELECT * FROM message");\n', True),
    (banned_words, "smpp/net/a.cpp", "asio::co_spawn(a, b(), asio::detached);\n", True),
    (line_length, "a.cpp", "x" * 100 + "\n", False),
    (line_length, "a.sh", "x" * 101 + "\n", True),
    (file_length, "smpp/a.cpp", "\n" * 800, True),
    (file_length, "tests/a.cpp", "\n" * 2000, False),
    (white_space, "a.cpp", "a \n", True),
    (white_space, "a.cpp", "a", True),
    (white_space, "a.cpp", "a\n", False),
    (open_ends, "a.cpp", "// TODO: later\n", True),
    (open_ends, "a.cpp", "// TODO(#12): later\n", False),
    (file_names, "daemon/session_manager.cpp", "", True),
    (file_names, "daemon/utility.cpp", "", False),
    (machine_paths, "a.md", "see /home/me/x\n", True),
    (machine_paths, "a.sh", 'cd "$folder/root"; ls "$root/home/x"\n', False),
    (skipped_tests, "tests/a.cpp", "GTEST_SKIP();\n", True),
    (skipped_tests, "tests/interop/a.cpp", "GTEST_SKIP();\n", False),
    (header_guard, "a.hpp", "int a();\n", True),
]


def sleeping_rules():
    for rule, path, text, objects in EXAMPLES:
        if bool(list(rule(Source(path, text)))) != objects:
            verdict = "lets pass" if objects else "objects to"
            yield __file__, 1, f"{rule.__name__} {verdict} {path}: {text!r}; mend the rule"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "../..").resolve()
    sources = list(read_tree(root))
    offences = list(sleeping_rules())
    for source in sources:
        offences += offences_of(source)
    offences += missing_mirrors({source.path for source in sources})
    for path, line, what in offences:
        print(f"{path}:{line}: {what}")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
