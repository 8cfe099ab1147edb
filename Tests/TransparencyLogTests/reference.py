"""Prints the roots and proofs of the trees of 0 to N leaves; N is the one argument.

The functions are the definitions of RFC 9162, section 2.1, word for word: lists of leaves and plain
recursion, with nothing stored and nothing clever. Leaf number i is the text "entry i".
"""

import hashlib
import sys
from functools import lru_cache


def sha256(data):
    return hashlib.sha256(data).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@lru_cache(maxsize=None)
def mth(d):
    n = len(d)
    if n == 0:
        return sha256(b"")
    if n == 1:
        return sha256(b"\x00" + d[0])
    k = split(n)
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:]))


def path(m, d):
    n = len(d)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return path(m, d[:k]) + [mth(d[k:])]
    return path(m - k, d[k:]) + [mth(d[:k])]


def proof(m, d):
    # The RFC leaves the empty tree out: everything is consistent with it, without a proof.
    return subproof(m, d, True) if m > 0 else []


def subproof(m, d, b):
    n = len(d)
    if m == n:
        return [] if b else [mth(d)]
    k = split(n)
    if m <= k:
        return subproof(m, d[:k], b) + [mth(d[k:])]
    return subproof(m - k, d[k:], False) + [mth(d[:k])]


def line(*words, hashes):
    print(*words, *(h.hex() for h in hashes))


largest = int(sys.argv[1])
entries = tuple(b"entry %d" % i for i in range(largest))
for size in range(largest + 1):
    tree = entries[:size]
    line("root", size, hashes=[mth(tree)])
    for leaf in range(size):
        line("inclusion", leaf, size, hashes=path(leaf, tree))
    for old in range(size + 1):
        line("consistency", old, size, hashes=proof(old, tree))
