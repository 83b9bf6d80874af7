#!/usr/bin/env python3
"""archive_read.py - a second reader of bilan archives, written from docs/format.md alone.

    archive_read.py FILE.bilan [WAVE]

Checks every chunk's checksum and every table's hash, and prints "ok" and the hash of each table;
with a wave also its answers as lines of JSON lists. Raises at the first fault.
"""
import hashlib
import json
import sqlite3
import struct
import sys

ENCODINGS = ["constant", "codes8", "codes16", "codes32", "int8", "int16", "int32", "float64",
             "text", "ticks"]
MISSING = ["present", "no answer", "not asked", "don't know", "refused"]
WORD = 2**64


def count(n):
    return struct.pack("<Q", n)


def checksum(place, part, first, rows, encoding, missing, scale, base, data):
    head = [place, part, first, rows, ENCODINGS.index(encoding), missing, scale, base % WORD,
            len(data)]
    data = data + bytes(-len(data) % 8)
    a = s = 0
    for word in head + list(struct.unpack("<%dQ" % (len(data) // 8), data)):
        a = (a + word) % WORD
        s = (s + a) % WORD
    return (a + 0x9E3779B97F4A7C16 * s) % WORD


def answers(kind, chunk, options):
    """Values of one chunk and their kinds of missing."""
    rows, encoding, scale, base, data = (chunk[k] for k in ("rows", "encoding", "scale", "base",
                                                            "bytes"))
    missing = [0] * rows
    if chunk["missing"]:
        missing, data = list(data[:rows]), data[rows:]
    if encoding == "constant":
        values = struct.unpack("<I" if kind == "codes" else "<d", data) * rows
    elif encoding in ("codes8", "codes16", "codes32"):
        values = struct.unpack("<%d%s" % (rows, {"codes8": "B", "codes16": "H", "codes32": "I"}
                                          [encoding]), data)
    elif encoding in ("int8", "int16", "int32"):
        whole = struct.unpack("<%d%s" % (rows, {"int8": "B", "int16": "H", "int32": "I"}
                                         [encoding]), data)
        values = [0.0 if m else float(base + u) / 10.0**scale for u, m in zip(whole, missing)]
    elif encoding == "float64":
        values = [0.0 if m else x for x, m in zip(struct.unpack("<%dd" % rows, data), missing)]
    elif encoding == "text":
        offsets = struct.unpack("<%dI" % (rows + 1), data[:4 * (rows + 1)])
        texts = data[4 * (rows + 1):]
        values = [texts[i:j] for i, j in zip(offsets, offsets[1:])]
    else:
        wide = (rows + 3) // 4
        values = [[data[o * wide + r // 4] >> 2 * (r % 4) & 3 for o in range(options)]
                  for r in range(rows)]
    return list(values), list(missing)


def packed_ticks(values, option):
    out = bytearray((len(values) + 3) // 4)
    for row, ticks in enumerate(values):
        out[row // 4] |= ticks[option] << 2 * (row % 4)
    return bytes(out)


def item_hash(item, rows, levels, values, missing):
    h = hashlib.sha256(b"bilan item 1\0" + item["kind"].encode() + b"\0" + item["type"].encode()
                       + b"\0" + count(rows))
    if item["type"] in ("codes", "set"):
        h.update(count(len(levels)))
        for level in levels:
            label = level["label"].encode()
            h.update(count(len(label)) + label)
            h.update(bytes([MISSING.index(level["missing"] or "present"),
                            level["value"] is not None]))
            if level["value"] is not None:
                h.update(struct.pack("<d", level["value"]))
    if item["type"] == "codes":
        codes = len(levels) + 1
        width = "B" if codes <= 1 << 8 else "H" if codes <= 1 << 16 else "I"
        h.update(struct.pack("<%d%s" % (rows, width), *values))
        return h.digest()
    if item["type"] == "numbers":
        h.update(struct.pack("<%dd" % rows, *values))
    elif item["type"] == "text":
        h.update(b"".join(count(len(v)) for v in values) + b"".join(values))
    else:
        for option in range(len(levels)):
            h.update(packed_ticks(values, option))
    h.update(bytes([1]) + bytes(missing) if any(missing) else bytes([0]))
    return h.digest()


def read_item(db, item, rows):
    key = (item["data"], item["place"])
    levels = db.execute("SELECT * FROM level WHERE data = ? AND place = ? ORDER BY code",
                        key).fetchall()
    values, missing = [], []
    for part, chunk in enumerate(db.execute(
            "SELECT * FROM chunk WHERE data = ? AND place = ? ORDER BY part", key)):
        assert chunk["part"] == part and chunk["first"] == len(values), item["name"]
        assert checksum(item["place"], part, chunk["first"], chunk["rows"], chunk["encoding"],
                        chunk["missing"], chunk["scale"], chunk["base"],
                        chunk["bytes"]) == chunk["checksum"] % WORD, item["name"]
        v, m = answers(item["type"], chunk, len(levels))
        values += v
        missing += m
    assert len(values) == rows, item["name"]
    digest = item_hash(item, rows, levels, values, missing)
    assert digest.hex() == item["sha256"], item["name"]
    return digest, levels, values, missing


def shown(item, levels, value, missing):
    """An answer as a person would write it; None where there is none."""
    if item["type"] == "codes":
        level = levels[value - 1] if value else None
        return level["label"] if level and not level["missing"] else None
    if missing:
        return None
    if item["type"] == "text":
        return value.decode()
    if item["type"] == "set":
        return ";".join(levels[i]["label"] for i, tick in enumerate(value) if tick == 2)
    return value


def read_table(db, data):
    items = db.execute("SELECT * FROM item WHERE data = ? ORDER BY place", (data["id"],)).fetchall()
    assert len(items) == data["items"]
    h = hashlib.sha256(b"bilan table 1\0" + count(data["rows"]) + count(len(items)))
    columns = []
    for item in items:
        digest, levels, values, missing = read_item(db, item, data["rows"])
        name = item["name"].encode()
        h.update(count(len(name)) + name + digest)
        columns.append([shown(item, levels, v, m) for v, m in zip(values, missing)])
    assert h.hexdigest() == data["sha256"]
    return [item["name"] for item in items], columns


def main(path, wave=None):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    db.row_factory = sqlite3.Row
    assert db.execute("PRAGMA application_id").fetchone()[0] == 0x62696C6E
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    wanted = db.execute("SELECT data FROM wave WHERE name = ?", (wave,)).fetchone()
    for data in db.execute("SELECT * FROM data ORDER BY id").fetchall():
        names, columns = read_table(db, data)
        print("ok", data["sha256"])
        if wanted and wanted["data"] == data["id"]:
            print(json.dumps(names, ensure_ascii=False))
            for row in zip(*columns):
                print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
