#!/usr/bin/env python3
"""Is the documentation true, as far as a script can tell?

    docs_test.py SOURCE_FOLDER [SMPPD [FOLDER_OF_EXAMPLES]]

Looks at every *.md: links and paths exist; commands parse, and their options exist; settings stand
in conf/smppd.toml, metrics in the daemon; C++ is in the file that was linked last before it (that
of docs/smpp.md is run, by tests/smpp/docs_smpp_test.py).
Prints `file: what is wrong` for each offence. Without the programs it does not ask them.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
SMPPD = sys.argv[2] if len(sys.argv) > 2 else None
EXAMPLES = Path(sys.argv[3]) if len(sys.argv) > 3 else None

OURS = re.compile(r"^(\.ci|cmake|conf|daemon|docs|examples|smpp|store|tests)/[\w./-]*$")
PLACEHOLDER = re.compile(r"\bN+_|\bN+-|\bNAME\b")
EVENTS = ("inbound.received",)  # of webhooks: they look like settings
USAGE_ERROR = 2
NOWHERE = "no-such-file.toml"

offences = []


def known_settings():
    """{table: {key}} of conf/smppd.toml, keys in comments among them."""
    tables, keys = {}, set()
    for line in (ROOT / "conf/smppd.toml").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#?\[+(\w+)\]+$", line):
            keys = tables.setdefault(heading[1], set())
        elif key := re.match(r"#?([a-z_0-9]+) = ", line):
            keys.add(key[1])
    return tables


SETTINGS = known_settings()
METRICS = set(re.findall(r'"([a-z_]+)"', (ROOT / "daemon/observe/metrics.cpp").read_text()))
PRESETS = {one["name"] for one in
           json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False,
                          stdin=subprocess.DEVNULL)


def check_smppd(words):
    if SMPPD is None or any(w in ("...", "|") or "<" in w for w in words):
        return
    asked = [SMPPD, *words[1:]]
    if "--config" not in asked and words[1:2] not in (["help"], ["version"]):
        asked += ["--config", NOWHERE]  # so that nothing is done
    done = run(*asked)
    if done.returncode == USAGE_ERROR:
        yield f"`{' '.join(words)}`: {done.stderr.strip()}"
    if words[1:2] == ["help"] and len(words) > 2 and words[2] not in done.stdout:
        yield f"`{' '.join(words)}` explains nothing"


def missing_options(program, options, text):
    known = re.findall(r"--[a-z][a-z-]*", text)
    yield from (f"{program} has no {option}" for option in options if option not in known)


def check_command(words):
    program = words[0]
    options = [w.split("=")[0] for w in words[1:] if re.match(r"--[a-z]", w)]
    if Path(program).name == "smppd":
        yield from check_smppd(words)
    elif program in ("cmake", "ctest") and "--preset" in words:
        preset = words[words.index("--preset") + 1]
        if preset not in PRESETS:
            yield f"there is no preset {preset}"
    elif OURS.match(program) and (ROOT / program).is_file():
        text = (ROOT / program).read_text(encoding="utf-8")
        text += (ROOT / "tests/run.sh").read_text() if program == ".ci/run" else ""
        yield from missing_options(program, options, text)
    elif EXAMPLES and (EXAMPLES / Path(program).name).is_file():
        text = run(str(EXAMPLES / Path(program).name), "--help").stdout if options else ""
        yield from missing_options(program, options, text)


def check_shell(block):
    syntax = run("bash", "-n", "-c", block)
    if syntax.returncode != 0:
        yield f"not shell: {syntax.stderr.strip()}"
        return
    for line in block.replace("\\\n", " ").splitlines():
        for command in re.split(r"&&|\|\|?|;", line):
            try:
                words = shlex.split(command, comments=True)
            except ValueError:  # the middle of something quoted
                continue
            while words and (words[0] == "sudo" or re.match(r"[A-Z_]+=", words[0])):
                words.pop(0)
            if words:
                yield from check_command(words)


def check_toml(block):
    table = set()
    for line in block.splitlines():
        if heading := re.match(r"\[+(\w+)\]+$", line):
            table = SETTINGS.get(heading[1], set())
            if not table:
                yield f"conf/smppd.toml has no [{heading[1]}]"
        elif (key := re.match(r"(\w+) =", line)) and key[1] not in table:
            yield f"conf/smppd.toml does not have {key[1]} there"


def check_path(path):
    if OURS.match(path) and not PLACEHOLDER.search(path) and not (ROOT / path).exists():
        yield f"there is no {path}"


def check_inline(code):
    for word in code.split():
        yield from check_path(word)
    if code.startswith("smppd "):
        yield from check_smppd(shlex.split(code))
    if metric := re.match(r"smppd_(?!live)([a-z_]+)$", code):
        if metric[1] not in METRICS:
            yield f"there is no metric {code}"
    if setting := re.match(r"(\w+)\.([a-z_]+)(?: =.*)?$", code):
        table, key = setting.groups()
        if code in EVENTS:
            return
        if table in SETTINGS and key not in SETTINGS[table] | {"cpp", "hpp"}:
            yield f"conf/smppd.toml has no {key} in [{table}]"
    if (table := re.match(r"\[+(\w+)\]+(?: (\w+))?$", code)) and table[1] not in SETTINGS:
        yield f"conf/smppd.toml has no [{table[1]}]"


def check_page(page):
    text = page.read_text(encoding="utf-8")
    program = None  # the C++ file that was linked last
    parts = re.split(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    for prose, language, block in zip(parts[::3], parts[1::3] + [""], parts[2::3] + [""]):
        for target in re.findall(r"\]\(([^)#\s]+)", prose):
            if "://" in target:
                continue
            linked = (page.parent / target).resolve()
            if not linked.exists():
                yield f"a link to {target}, which does not exist"
            elif linked.suffix == ".cpp":
                program = linked
        for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose):
            yield from check_inline(code)
        if language == "sh":
            yield from check_shell(block)
            for word in re.findall(r"[\w./-]+", block):
                yield from check_path(word)
        elif language == "toml":
            yield from check_toml(block)
        elif language == "cpp" and page.name != "smpp.md":
            whole = program.read_text(encoding="utf-8") if program else ""
            if block not in whole or (page.name == "README.md" and block != whole):
                yield f"C++ that is not what {program.name if program else 'a linked file'} has"


def main():
    pages = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
    for page in pages:
        for what in check_page(page):
            offences.append(f"{page.relative_to(ROOT)}: {what}")
    for line in offences:
        print(line)
    if not pages:
        print("there is no documentation")
    return 1 if offences or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
