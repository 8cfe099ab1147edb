#!/usr/bin/env python3
"""Proves a bundle with a public key alone: the one in DIR, or the one in whose folder it lies.

    python3 verify.py [--key VKEY] [DIR]

Needs Python 3.8 and OpenSSL 3 (the program openssl), and nothing of the broker's. Without --key
it takes the key in verifier.txt: then compare the fingerprint with one that you have from
elsewhere. This program, too, is what the bundle's maker put there: who does not trust the maker
takes one from elsewhere. The log is an RFC 6962 tree of SHA-256, its checkpoint a C2SP signed note. Exit codes:
0 all is as it was signed, 65 it is not, 64 wrong usage, 69 openssl is missing.
"""
import os, sys

# Modules come from Python, never from beside this file: a bundle may bring its own hashlib.
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path = [path for path in sys.path if os.path.realpath(path) != HERE]

import base64, hashlib, json, re, subprocess, tempfile

FILES = ["entries.jsonl", "leaves.bin", "openings.jsonl", "checkpoint", "verifier.txt",
         "manifest.json", "grants.csv", "verify.py"]


def stop(why, status=65):
    print("error:", why, file=sys.stderr)
    sys.exit(status)


def sha256(data):
    return hashlib.sha256(data).digest()


def content(name):
    with open(name, "rb") as file:
        return file.read()


def unbase64(text):
    """What is written in one way only: with its padding, and no stray bits."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError(text)
    return data


def parse(data):
    """JSON as the log has it: whole numbers, and no key twice."""
    def members(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key repeats")
        return dict(pairs)

    def refuse(number):
        raise ValueError(number)
    try:
        return json.loads(data, object_pairs_hook=members, parse_float=refuse, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deeply")


class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, the largest first."""

    def __init__(self, size=0, edge=()):
        self.size, self.edge = size, list(edge)

    def append(self, leaf):
        rest = self.size
        while rest & 1:
            leaf, rest = sha256(b"\x01" + self.edge.pop() + leaf), rest >> 1
        self.edge.append(leaf)
        self.size += 1

    def root(self):
        root = self.edge[-1] if self.edge else sha256(b"")
        for left in reversed(self.edge[:-1]):
            root = sha256(b"\x01" + left + root)
        return root


def read_key(text):
    """NAME+ID+KEY, where KEY is base64 of 0x01 and 32 bytes of Ed25519."""
    try:
        name, key_id, key = text.split("+", 2)
        key, identity = unbase64(key), name.encode()
    except ValueError:
        stop("the key is not a verifier key of the form NAME+ID+KEY")
    if len(key) != 33 or key[0] != 1 or sha256(identity + b"\n" + key)[:4].hex() != key_id:
        stop("the key is not a verifier key of the form NAME+ID+KEY")
    digits = sha256(key[1:]).hex()
    groups = "-".join(digits[i:i + 8] for i in range(0, 64, 8))
    return name, bytes.fromhex(key_id), key[1:], "sha256:" + groups


def is_signed(text, signature, key):
    """Ed25519 (RFC 8032); the 12 bytes before the key are its algorithm in DER (RFC 8410)."""
    with tempfile.TemporaryDirectory() as folder:
        def file(name, data):
            path = os.path.join(folder, name)
            with open(path, "wb") as out:
                out.write(data)
            return path
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin",
                   "-inkey", file("key", bytes.fromhex("302a300506032b6570032100") + key),
                   "-in", file("text", text), "-sigfile", file("signature", signature)]
        try:
            return subprocess.run(command, capture_output=True).returncode == 0
        except FileNotFoundError:
            stop("the program openssl is missing", 69)


def signatures(lines, name, key_id):
    """Those by our key; ValueError if any line is not a signature at all."""
    if not 1 <= len(lines) <= 16:
        raise ValueError(lines)
    for line in lines:
        match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        payload = unbase64(match[2] if match else "")
        if len(payload) <= 4:
            raise ValueError(line)
        if match[1] == name and payload[:4] == key_id:
            yield payload[4:]


def read_checkpoint(note, name, key_id, key, fingerprint):
    try:
        text, _, rest = note.decode().rpartition("\n\n")
        if not rest.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f]", note.decode()):
            raise ValueError(rest)
        mine = list(signatures(rest[:-1].split("\n"), name, key_id))
    except ValueError:
        mine = []
    if not mine or not all(is_signed((text + "\n").encode(), each, key) for each in mine):
        stop(f"the checkpoint is not signed by the key of {name}, {fingerprint}")
    try:
        origin, size, root, *_ = text.split("\n")
        root = unbase64(root)
        if origin != name or not re.fullmatch("0|[1-9][0-9]{0,15}", size) or len(root) != 32:
            raise ValueError(text)
    except ValueError:
        stop("the checkpoint is not one of the log that the key is for")
    return int(size), root


def read_line(file):
    line = file.readline(1 << 20)
    return line[:-1] if line.endswith(b"\n") else line or None


def read_openings():
    """Of each opening the entry, the field, and the commitment that has to stand there."""
    with open("openings.jsonl", "rb") as file:
        for number, line in enumerate(iter(lambda: read_line(file), None), 1):
            try:
                opening = parse(line)
                if not re.fullmatch("[0-9a-f]{32}", opening["salt"]) or (
                        type(opening["index"]) is not int
                        or opening["field"] not in ("reason", "ticket", "comment", "why")):
                    raise ValueError(line)
                salt, text = bytes.fromhex(opening["salt"]), opening["text"].encode()
                yield opening["index"], b'"%s":"%s"' % (
                    opening["field"].encode(), sha256(salt + text).hex().encode()), None
            except (ValueError, KeyError, TypeError, AttributeError):
                yield None, None, f"line {number} of openings.jsonl is not an opening"


def inspect(index, line, leaf, size):
    """The hash of the entry, what is wrong with it, and whether that is so whatever leaf is."""
    if line is None:
        return None, f"entry {index} is missing: the checkpoint is of {size} entries", True
    if line.startswith(b'{"leaf":"'):
        match = re.fullmatch(rb'\{"leaf":"([0-9a-f]{64})"\}', line)
        found = match and bytes.fromhex(match[1].decode())
        wrong = f"entry {index} is withheld, and its leaf is not what was logged"
        return found, found != leaf and wrong, not match
    found, number = sha256(b"\x00" + line), re.search(rb'"seq":([0-9]+),"v":1\}$', line)
    if number and int(number[1]) != index:
        return found, f"entry {index} is not in its place: entry {int(number[1])} stands there", True
    if found != leaf:
        return found, f"entry {index} is not what was logged", False
    wrong = f"entry {index} has another number, or a version that is not known here"
    return found, not number and wrong, True


def check_entries(size, root):
    """Compares each entry with its leaf, and the leaves with the signed root: if they fit, they
    are what was logged, and the first entry that differs from its leaf is the one that is wrong."""
    claimed, actual, first, certain = Frontier(), None, None, None
    withheld, opened, bad_opening = 0, 0, None
    openings = read_openings()
    opening = next(openings, None)
    entries = open("entries.jsonl", "rb")
    leaves = open("leaves.bin", "rb")
    for index in range(size):
        leaf, line = leaves.read(32), read_line(entries)
        if len(leaf) != 32:
            stop(f"leaves.bin does not have 32 bytes for each of {size} entries")
        found, wrong, is_certain = inspect(index, line, leaf, size)
        if wrong and not first:
            first, actual = (index, wrong), Frontier(claimed.size, claimed.edge)
        if wrong and is_certain:
            certain = certain or wrong
        if actual and found:
            actual.append(found)
        claimed.append(leaf)
        is_withheld = line is not None and line.startswith(b'{"leaf":"')
        withheld += is_withheld
        while opening and opening[0] == index and not bad_opening:
            if is_withheld or opening[1] not in (line or b""):
                bad_opening = f"an opening of entry {index} does not fit what was logged"
            opened += 1
            opening = next(openings, None)
    if leaves.read(1):
        stop(f"leaves.bin does not have 32 bytes for each of {size} entries")
    if read_line(entries) is not None:
        surplus = f"entry {size} is one too many: the checkpoint is of {size} entries"
        first, certain = first or (size, surplus), certain or surplus
    if claimed.root() == root:
        if first:
            stop(first[1])
    elif certain:
        stop(certain)
    elif not first:
        stop("entries.jsonl and leaves.bin agree, but are not what was signed")
    elif actual.size == size and actual.root() == root:
        stop(f"leaves.bin has a wrong hash for entry {first[0]}")
    else:
        stop(f"entry {first[0]} and its hash in leaves.bin differ, and neither is what was signed")
    if opening and not bad_opening:
        bad_opening = opening[2] or f"an opening of entry {opening[0]} does not fit what was logged"
    if bad_opening:
        stop(bad_opening)
    return withheld, opened


def read_manifest(name):
    """It is not signed: what it says has to fit what is."""
    try:
        manifest = parse(content("manifest.json"))
        version = manifest["v"]
    except (ValueError, KeyError, TypeError):
        version = None
    if type(version) is not int or version != 1:
        stop("manifest.json does not fit the rest in “v”")
    for field, kind in (("origin", str), ("size", int), ("withheld", int), ("openings", int),
                        ("grants_sha256", str), ("filters", dict), ("exported_at", str)):
        if type(manifest.get(field)) is not kind:
            stop(f"manifest.json does not fit the rest in “{field}”")
    if manifest["origin"] != name:
        stop("manifest.json does not fit the rest in “origin”")
    return manifest


def main(arguments):
    given = None
    if len(arguments) >= 2 and arguments[0] == "--key":
        given, arguments = arguments[1], arguments[2:]
    if len(arguments) > 1 or any(each.startswith("-") for each in arguments):
        stop("usage: python3 verify.py [--key VKEY] [DIR]", 64)
    os.chdir(arguments[0] if arguments else HERE)
    for name in FILES:
        if not os.path.exists(name):
            stop(f"{name} is missing")
    if given is None:
        given = content("verifier.txt").decode(errors="replace")
    name, key_id, key, fingerprint = read_key(given[:-1] if given.endswith("\n") else given)
    print("key", name, fingerprint, flush=True)
    size, root = read_checkpoint(content("checkpoint"), name, key_id, key, fingerprint)
    manifest = read_manifest(name)
    withheld, opened = check_entries(size, root)
    for field, value in (("size", size), ("withheld", withheld), ("openings", opened)):
        if manifest[field] != value:
            stop(f"manifest.json does not fit the rest in “{field}”")
    if manifest["grants_sha256"] != sha256(content("grants.csv")).hex():
        stop("grants.csv is not the file that manifest.json is for")
    print(f"ok: {size} entries, {opened} openings, {withheld} withheld, as signed")
    print("not signed, for reading only: grants.csv, manifest.json")


try:
    main(sys.argv[1:])
except OSError as error:
    if not error.filename:
        raise
    stop(f"{os.path.basename(error.filename)} cannot be read")
