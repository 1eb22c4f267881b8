"""What a disk holds after a power cut, from the record that disk_recorder.cpp makes of a process.

The model: a file's content is certain up to its last fsync. Of what was written since, each piece
of a sector (512 octets) of each write is there or is not, as is each change of the size; a name
that came or went since the last fsync of the folder came or went, or did not. What lies in a
sector beside what was written is not touched. What is mapped into memory (-shm) is never there.
"""
import itertools
import os
import struct

SECTOR = 512
HEAD = struct.Struct("<BQqI")
BEGINS, OPENS, CREATES, WRITES, TRUNCATES, SYNCS, UNLINKS = range(7)
CASES = {"sectors": 60, "prefix": 20, "nothing": 10, "everything": 10}  # how often, in percent


class File:
    def __init__(self, octets=b""):
        self.certain, self.uncertain = bytearray(octets), []


def write_into(octets, at, content):
    if len(octets) < at:
        octets.extend(bytes(at - len(octets)))
    octets[at:at + len(content)] = content


def resize(octets, size):
    del octets[size:]
    octets.extend(bytes(size - len(octets)))


def apply(octets, change):
    what, at, content = change[:3]
    write_into(octets, at, content) if what == WRITES else resize(octets, at)


def sectors_of(at, content):
    """(offset, piece) for each sector that is touched."""
    end = at + len(content)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, content[:until - at]
        content, at = content[until - at:], until


def read_folder(folder):
    names = [name for name in os.listdir(folder) if not name.endswith("-shm")]
    found = {}
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


class Disk:
    """One folder. `loses_sync()`: whether the disk only pretends to have done the next fsync."""

    def __init__(self, folder, loses_sync=lambda: False):
        self.folder, self.loses_sync = folder, loses_sync
        self.names = {name: File(octets) for name, octets in read_folder(folder).items()}
        self.certain_names, self.uncertain_names = dict(self.names), []
        self.inodes, self.syncs, self.cut_off = {}, 0, False

    def replay(self, record):
        if not os.path.exists(record):
            return  # killed before its first file
        with open(record, "rb") as file:
            octets = file.read()
        at, turn = 0, itertools.count()
        while at + HEAD.size <= len(octets):
            what, inode, where, size = HEAD.unpack_from(octets, at)
            at += HEAD.size + size
            if at > len(octets):
                break
            self.cut_off = what == BEGINS
            self.change(what, inode, where, octets[at - size:at], next(turn))
        self.cut_off = self.cut_off or at != len(octets)

    def change(self, what, inode, where, content, turn):
        if what in (OPENS, CREATES):
            name = content.decode()
            if what == CREATES:
                self.names[name] = File()
                self.uncertain_names.append((turn, name, self.names[name]))
            self.inodes[inode] = self.names[name] if name else None
        elif what in (WRITES, TRUNCATES):
            self.inodes[inode].uncertain.append((what, where, content, turn))
        elif what == UNLINKS:
            name = content.decode()
            del self.names[name]
            self.uncertain_names.append((turn, name, None))
        elif what == SYNCS:
            self.sync(self.inodes[inode])

    def sync(self, file):
        self.syncs += 1
        if self.loses_sync():
            return
        if file is None:
            self.certain_names, self.uncertain_names = dict(self.names), []
        else:
            for change in file.uncertain:
                apply(file.certain, change)
            file.uncertain = []

    def as_written(self):
        """{name: octets}, as every process saw it before the cut."""
        seen = {}
        for name, file in self.names.items():
            seen[name] = bytearray(file.certain)
            for change in file.uncertain:
                apply(seen[name], change)
        return seen

    def differs(self):
        """Names of files of which the record knows something else than the folder has: none, or the
        model is wrong. A change that the end cut off may be there or not, so then nobody knows."""
        if self.cut_off:
            return []
        real, model = read_folder(self.folder), self.as_written()
        return [name for name in real.keys() | model.keys() if real.get(name) != model.get(name)]

    def after_power_cut(self, rng):
        """({name: octets}, how the uncertain was dealt with)."""
        case = rng.choices(list(CASES), CASES.values())[0]
        turns = [change[3] for file in self.names.values() for change in file.uncertain]
        turns += [turn for turn, _, _ in self.uncertain_names]
        end = rng.choice(turns or [0])
        share = rng.choice([0.1, 0.5, 0.9])
        kept = {"nothing": lambda _: False, "everything": lambda _: True,
                "prefix": lambda turn: turn < end,
                "sectors": lambda _: rng.random() < share}[case]
        names = dict(self.certain_names)
        for turn, name, file in self.uncertain_names:
            if kept(turn):
                names.pop(name, None)
                if file is not None:
                    names[name] = file
        return {name: left_of(file, kept) for name, file in names.items()}, case


def left_of(file, kept):
    octets = bytearray(file.certain)
    for what, at, content, turn in file.uncertain:
        if what == TRUNCATES and kept(turn):
            resize(octets, at)
        elif what == WRITES:
            for where, piece in sectors_of(at, content):
                if kept(turn):
                    write_into(octets, where, piece)
    return octets


def write_folder(folder, files):
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    for name, octets in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(octets)
