"""Random tables written by Python's csv module are read back identical.

    python3 csv_roundtrip.py PATH_OF_csv_dump [TABLES [SEED]]

The oracle is the writer: another program, in other hands, that follows RFC 4180. Tables have
1 to 8 columns and 0 to 40 rows of labels, free text (quotes, delimiters, line breaks, accents,
characters beyond the BMP) and numbers in six styles; files differ in delimiter, quoting, line
end, encoding and byte-order mark. Values have blanks at their ends only in tables read with
`keep`. Needs python3 (tests only). Prints a summary; status 1 at the first difference.
"""
import csv
import io
import os
import random
import subprocess
import sys
import tempfile

FRENCH = ["oui", "non", "plutôt", "élève", "été", "L'Île", "ça", "œuvre", "à côté", "20 €", "Noël"]
WILD = ["日本", "naïve", "\U0001F600", "Ω", "ß", "a\u00a0b", "x\u202fy", "tab\there", "'", "''"]
STYLES = [(".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", "\u00a0"),
          (",", "\u202f"), (".", "'")]


def grouped(digits, mark):
    parts = []
    while len(digits) > 3:
        parts.insert(0, digits[-3:])
        digits = digits[:-3]
    return mark.join([digits] + parts)


def number(rng, style):
    """The text of a number that has one reading under any style, and its value."""
    decimal, thousands = style
    whole = str(rng.choice([0, rng.randrange(10), rng.randrange(10 ** 4), rng.randrange(10 ** 8)]))
    fraction = "".join(rng.choice("0123456789") for _ in range(rng.choice([1, 2, 4])))
    sign = rng.choice(["", "", "-"])
    text = sign + (grouped(whole, thousands) if thousands else whole) + decimal + fraction
    return text, float(sign + whole + "." + fraction)


def integer(rng):
    value = rng.randrange(-5, 100)
    return str(value), float(value)


class Column:
    def __init__(self, rng, table):
        self.kind = rng.choice(["label", "text", "number", "integer"])
        self.style = table.style
        self.levels = [table.word(rng) for _ in range(rng.randrange(1, 6))]
        self.started = False

    def cell(self, rng, table):
        """(text as written, value expected): None for no answer, a float or a str."""
        if rng.random() < 0.15 and self.started:
            return "", None
        first, self.started = not self.started, True
        if self.kind == "integer":
            return integer(rng)
        if self.kind == "number":
            return number(rng, self.style)
        if first:
            return "word", "word"
        word = rng.choice(self.levels) if self.kind == "label" else table.sentence(rng)
        return (word, word) if word else ("", None)


class Table:
    def __init__(self, rng):
        self.delimiter = rng.choice(",;\t|")
        self.quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        self.newline = rng.choice(["\r\n", "\r\n", "\n", "\r"])
        self.encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252",
                                    "iso8859-15"])
        self.western = self.encoding in ("cp1252", "iso8859-15")
        self.keep = rng.random() < 0.3
        styles = [s for s in STYLES if not (self.western and s[1] == "\u202f")]
        self.style = rng.choice(styles)
        columns = rng.randrange(1, 9)
        self.header = ["q%d %s" % (i, rng.choice(FRENCH)) for i in range(columns)]
        self.columns = [Column(rng, self) for _ in range(columns)]
        self.cells = [[c.cell(rng, self) for c in self.columns] for _ in range(rng.randrange(41))]

    def word(self, rng):
        word = rng.choice(FRENCH if self.western else FRENCH + WILD)
        if rng.random() < 0.2:
            word += rng.choice([",", ";", '"', "|", '""', ", ", '"x"']) + "z"
        if self.encoding == "iso8859-15":
            word = word.encode("iso8859-15", "replace").decode("iso8859-15")
        return word

    def sentence(self, rng):
        breaks = ["\n", "\r\n"] if self.newline == "\r\n" or self.quoting != csv.QUOTE_MINIMAL else \
            ([self.newline] if self.newline == "\n" else [" "])
        gaps = [" "] * 8 + breaks + ["\t"]
        text = "".join(self.word(rng) + rng.choice(gaps) for _ in range(rng.randrange(1, 12)))
        if not self.keep:
            return text.strip(" \t\r\n\u00a0\u202f")
        return rng.choice(["", " ", "  "]) + text

    def bytes(self):
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.delimiter, quoting=self.quoting,
                            lineterminator=self.newline)
        writer.writerow(self.header)
        writer.writerows([text for text, _ in row] for row in self.cells)
        return out.getvalue().encode(self.encoding)

    def options(self, rng):
        options = ["keep"] if self.keep else []
        if len(self.columns) == 1 or not self.cells:
            options.append("delimiter=" + self.delimiter)
        if self.encoding == "utf-16-le" or self.encoding == "iso8859-15" or \
                (self.encoding == "cp1252" and rng.random() < 0.5):
            options.append("encoding=" + {"utf-16-le": "UTF-16LE", "iso8859-15": "ISO-8859-15",
                                          "cp1252": "windows-1252"}[self.encoding])
        return options


def parse_dump(text):
    columns = []
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "report":
            continue
        if word == "column":
            columns.append((bytes.fromhex(rest.split(" ")[2]).decode(), []))
        elif word == "-":
            columns[-1][1].append(None)
        elif word == "n":
            columns[-1][1].append(float(rest))
        else:
            columns[-1][1].append(bytes.fromhex(rest).decode())
    return columns


def read_back(dump, path, options):
    return subprocess.run([dump, path] + options, capture_output=True, text=True)


def compare(table, columns):
    """Where the table that came back differs: a message, or None."""
    if [name for name, _ in columns] != table.header:
        return "names %r" % [name for name, _ in columns]
    for place, (_, cells) in enumerate(columns):
        expected = [row[place][1] for row in table.cells]
        if cells != expected:
            bad = [i for i, pair in enumerate(zip(cells, expected)) if pair[0] != pair[1]]
            return "column %d rows %s: %r instead of %r" % (
                place, bad[:3], [cells[i] for i in bad[:3]], [expected[i] for i in bad[:3]])
    return None


def main(dump, tables=1000, seed=1):
    rng = random.Random(seed)
    uncertain = cells = 0
    path = os.path.join(tempfile.mkdtemp(), "t.csv")
    for index in range(int(tables)):
        table = Table(rng)
        with open(path, "wb") as f:
            f.write(table.bytes())
        options = table.options(rng)
        run = read_back(dump, path, options)
        if run.returncode and "the delimiter may be" in run.stderr:
            uncertain += 1
            run = read_back(dump, path, options + ["delimiter=" + table.delimiter])
        fault = run.stderr if run.returncode else compare(table, parse_dump(run.stdout))
        if fault:
            print("table %d (%s, %s): %s" % (index, path, " ".join(options), fault))
            return 1
        cells += len(table.columns) * len(table.cells)
    os.remove(path)
    os.rmdir(os.path.dirname(path))
    print("%s tables, %d cells identical; %d asked for the delimiter" % (tables, cells, uncertain))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
