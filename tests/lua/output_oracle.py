"""Reads what the engine wrote with parsers that know nothing of it.

Usage: output_oracle.py KIND FILE. FILE holds lines "hex(original) TAB hex(escaped)"; for each the
escaped text is parsed as KIND and compared with the original. Prints "ok" or what went wrong.
"""
import csv
import html.parser
import io
import json
import re
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as tree

CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"


def clean(data, instead="\ufffd"):
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(CONTROL, instead, text)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.attributes = "", [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def parse_html(escaped):
    page = Page()
    page.feed("<p>" + escaped.decode() + "</p>")
    page.close()
    assert page.tags == ["p"], page.tags
    return page.text


def parse_attribute(escaped):
    page = Page()
    page.feed('<p title="' + escaped.decode() + '">')
    page.close()
    assert page.tags == ["p"] and len(page.attributes) == 1, page.attributes
    return page.attributes[0][1]


def parse_xml(escaped):
    root = tree.fromstring('<t a="%s">%s</t>' % (escaped.decode(), escaped.decode()))
    assert len(root) == 0
    return root.text or ""


def parse_csv(escaped):
    rows = list(csv.reader(io.StringIO("x," + escaped.decode() + ",y\n", newline="")))
    assert len(rows) == 1 and len(rows[0]) == 3, rows
    return rows[0][1]


def parse_sql(escaped):
    return sqlite3.connect(":memory:").execute("select " + escaped.decode()).fetchone()[0]


def parse_sql_name(escaped):
    base = sqlite3.connect(":memory:")
    base.execute("create table t (" + escaped.decode() + " int)")
    return base.execute("select name from pragma_table_info('t')").fetchone()[0]


def parse_gnuplot(escaped):
    done = subprocess.run(["gnuplot", "-d", "-"], input=b"set print '-'\nprint " + escaped + b"\n",
                          capture_output=True, timeout=20)
    assert done.stderr == b"", done.stderr
    return done.stdout.decode()[:-1]


def parse_markdown(escaped):
    text, out, at = escaped.decode(), "", 0
    assert "\n" not in text
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            out, at = out + text[at + 1], at + 2
            continue
        entity = re.match("&(amp|lt|gt);", text[at:])
        if entity:
            out += {"amp": "&", "lt": "<", "gt": ">"}[entity[1]]
            at += entity.end()
            continue
        assert sign not in "`*_{}[]<>|~^$@&#!", "bare %r" % sign
        assert not (out.strip(" ") == "" and sign in "-+=:"), "bare %r opens the line" % sign
        out, at = out + sign, at + 1
    return out


def without_apostrophes(text):
    return text.replace("'", "")


FORMULA = re.compile("(^|[,;|\t\r\n])[ '\"\u00a0\u202f]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")


def check_csv(original, escaped):
    cell = parse_csv(escaped)
    assert without_apostrophes(cell) == without_apostrophes(clean(original)), cell
    for found in FORMULA.finditer(cell):
        assert "'" in found.group(0), "a formula: %r" % cell


CHECKS = {
    "html": lambda o, e: (clean(o), parse_html(e)),
    "attribute": lambda o, e: (clean(o), parse_attribute(e)),
    "xml": lambda o, e: (clean(o, ""), parse_xml(e)),
    "sql": lambda o, e: (o.decode("utf-8", "replace"), parse_sql(e)),
    "sql_name": lambda o, e: (o.decode("utf-8", "replace"), parse_sql_name(e)),
    "json": lambda o, e: (o.decode("utf-8", "replace"), json.loads(e.decode())),
    "gnuplot": lambda o, e: (re.sub("[\t\n]", " ", clean(o, "")),
                             parse_gnuplot(e).replace("\u2019", "'")),
    "markdown": lambda o, e: (re.sub("[\t\n]+", " ", clean(o)), parse_markdown(e)),
}


def main(kind, path):
    for line in open(path):
        original, escaped = (bytes.fromhex(part) for part in line.rstrip("\n").split("\t"))
        try:
            if kind == "csv":
                check_csv(original, escaped)
            else:
                wanted, got = CHECKS[kind](original, escaped)
                assert wanted == got, "wanted %r, got %r" % (wanted, got)
        except Exception as problem:
            print("%s: %r as %r: %s" % (kind, original, escaped, problem))
            return
    print("ok")


main(*sys.argv[1:])
