"""Makes Parquet of the prices that were pulled, as the function `curate` does, for batches that outgrow it.

The same rules, the same reasons and the same rows. Nothing is written to the folder of the parts before no row was found
wrong, and nothing here becomes visible: the function does that, after it has checked what the summary says.

    curate.py --raw URI --curated URI --batch '{"run": "…", "started": "…"}'

A page is read by one worker and held by it as a whole, with about four times its size of memory: so a page should not
exceed a few hundred megabytes, and never two gigabytes, which is what Spark hands over at most. The number of pages is not
limited. Rows are sorted and told apart by Spark, on disk where memory ends.
"""

import argparse
import base64
import datetime
import hashlib
import json
import re
import sys
from xml.parsers import expat

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

COLUMNS = ["orig_code", "dest_code", "day", "price"]
PART = 10_000_000
LONGEST = 1024 * 1024
KEPT = 64 * 1024
REASON = 1000
SHOWN = 40
HIGHEST = 2**31 - 1
MARK = b"\xef\xbb\xbf"

TOO_LONG = "a record of more than a megabyte"
TWICE = "a column is there twice"
NO_PRICES = "the page has no list of prices"
QUOTES = "quotes stand neither around a field nor doubled within one"
NOT_TEXT = "it is not UTF-8"

# A value is None where it is missing, text, or OTHER.
OTHER = ...

CODE = re.compile(rb"[A-Z]{5}\Z")
DAY = re.compile(rb"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
PRICE = re.compile(rb"[0-9]{1,10}\Z")


class Broken(Exception):
    """The page cannot be read from here on."""

    def __init__(self, why, line=None):
        super().__init__(why)
        self.why, self.line = why, line


def to_day(text):
    match = DAY.match(text)
    if match:
        year, month, day = map(int, match.groups())
        if 1900 <= year <= 2199:
            try:
                return datetime.date(year, month, day)
            except ValueError:
                pass
    return None


def to_price(text):
    price = int(text) if PRICE.match(text) else HIGHEST + 1
    return price if price <= HIGHEST else None


def good(values):
    """The row as it is stored, or None."""
    orig, dest, day, price = values
    if not all(type(value) is bytes for value in values) or not (CODE.match(orig) and CODE.match(dest)):
        return None
    day, price = to_day(day), to_price(price)
    if day is None or price is None:
        return None
    return orig.decode(), dest.decode(), day, price


def shown(text):
    text = text.decode("utf-8", "replace")
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def reasons(values):
    said = []
    for name, value in zip(COLUMNS, values):
        if value is None or value == b"":
            said.append(f"{name} is missing")
        elif value is OTHER:
            said.append(f"{name} is neither text nor a number")
        elif name.endswith("_code"):
            if not CODE.match(value):
                said.append(f"{name} '{shown(value)}' is not five letters A-Z")
        elif name == "day":
            if to_day(value) is None:
                said.append(f"{name} '{shown(value)}' is not a day from 1900-01-01 to 2199-12-31 as YYYY-MM-DD")
        elif to_price(value) is None:
            said.append(f"{name} '{shown(value)}' is not a whole number from 0 to {HIGHEST}")
    return "; ".join(said)


def judged(line, values, record):
    row = good(values)
    return (line, row, None, None) if row else (line, None, reasons(values), record())


def is_text(record):
    try:
        record.decode()
        return True
    except UnicodeDecodeError:
        return False


def unquoted(record):
    """The fields of a record without their quotes, or None where they are not where they should be."""
    fields, at = [], 0
    while True:
        if record[at : at + 1] == b'"':
            field, at = b"", at + 1
            while True:
                end = record.find(b'"', at)
                if end < 0:
                    return None
                field, at = field + record[at:end], end + 1
                if record[at : at + 1] != b'"':
                    break
                field, at = field + b'"', at + 1
        else:
            end = record.find(b",", at)
            end = len(record) if end < 0 else end
            field, at = record[at:end], end
            if b'"' in field:
                return None
        fields.append(field)
        if at == len(record):
            return fields
        if record[at : at + 1] != b",":
            return None
        at += 1


def csv_records(body):
    """The records with the line on which they begin; one ends with the line at whose end all quotes are closed."""
    at, line = 0, 1
    while at < len(body):
        end, quotes, lines = at, 0, 0
        while True:
            newline = body.find(b"\n", end)
            stop = len(body) if newline < 0 else newline + 1
            quotes += body.count(b'"', end, stop)
            lines += newline >= 0
            end = stop
            if end - at > LONGEST:
                raise Broken(TOO_LONG, line)
            if newline < 0 and quotes % 2:
                raise Broken("a quote is never closed", line)
            if newline < 0 or quotes % 2 == 0:
                break
        record = body[at:end]
        record = record[:-1] if record.endswith(b"\n") else record
        yield line, record[:-1] if record.endswith(b"\r") else record
        at, line = end, line + lines


def csv_rows(body):
    places = None
    for line, record in csv_records(body):
        if not record:
            continue
        if places is None:
            places, count = header(line, record)
            continue
        fields = record.split(b",") if b'"' not in record else unquoted(record)
        values = [fields[place] for place in places] if fields and len(fields) == count else None
        if values and good(values):
            yield judged(line, values, None)
        elif not is_text(record):
            yield line, None, NOT_TEXT, record
        elif fields is None:
            yield line, None, QUOTES, record
        elif values is None:
            yield line, None, f"it has {len(fields)} fields where the header has {count}", record
        else:
            yield judged(line, values, lambda: record)
    if places is None:
        raise Broken("the page has no header", 1)


def header(line, record):
    names = unquoted(record)
    if not is_text(record) or names is None:
        why = NOT_TEXT if not is_text(record) else QUOTES
        raise Broken(f"its header cannot be read: {why}", line)
    columns = [column.encode() for column in COLUMNS]
    lacking = [name for name, column in zip(COLUMNS, columns) if column not in names]
    if lacking:
        raise Broken(f"its header lacks {', '.join(lacking)}", line)
    for name, column in zip(COLUMNS, columns):
        if names.count(column) > 1:
            raise Broken(f"its header has {name} twice", line)
    return [names.index(column) for column in columns], len(names)


class Number(str):
    """A number as it is written."""


def no_constant(name):
    raise ValueError(name)


SPACE = re.compile(r"[ \t\n\r]*")
AFTER = re.compile(r"[]},: \t\n\r]|\Z")
NOT_JSON = "the page is no JSON from here on"


class JsonPage:
    def __init__(self, body):
        # Made here, since Spark cannot send one to its workers.
        self.decoder = json.JSONDecoder(
            parse_int=Number,
            parse_float=Number,
            parse_constant=no_constant,
            object_pairs_hook=lambda pairs: dict(pairs=pairs),
        )
        # What is not UTF-8 is kept apart, and found in the value that it is in.
        self.text, self.at = body.decode("utf-8", "surrogateescape"), 0

    def peek(self):
        self.at = SPACE.match(self.text, self.at).end()
        return self.text[self.at : self.at + 1]

    def expect(self, character):
        if self.peek() != character:
            raise Broken(NOT_JSON)
        self.at += 1

    def value(self):
        """The value that comes next, with its text."""
        self.peek()
        begin = self.at
        try:
            value, self.at = self.decoder.raw_decode(self.text, begin)
            text = self.text[begin : self.at].encode()
            # The decoder takes 01 for a 0 with something behind it.
            if text[:1] not in b'"{[' and not AFTER.match(self.text, self.at):
                raise ValueError
        except (ValueError, RecursionError):
            raise Broken(NOT_JSON) from None
        if len(text) > LONGEST:
            raise Broken(TOO_LONG)
        return value, text

    def rows(self):
        first = self.peek()
        if first == "[":
            yield from self.prices()
        elif first == "{":
            yield from self.object()
        else:
            self.value()
            raise Broken(NO_PRICES)
        if self.peek():
            raise Broken(NOT_JSON)

    def object(self):
        self.at += 1
        found = False
        if self.peek() == "}":
            raise Broken(NO_PRICES)
        while True:
            if self.peek() != '"':
                raise Broken(NOT_JSON)
            key, _ = self.value()
            self.expect(":")
            if key == "prices":
                if found or self.peek() != "[":
                    raise Broken(NO_PRICES)
                found = True
                yield from self.prices()
            else:
                self.value()
            after = self.peek()
            if after == "}":
                self.at += 1
                if not found:
                    raise Broken(NO_PRICES)
                return
            self.expect(",")

    def prices(self):
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return
        line = 0
        while True:
            value, text = self.value()
            line += 1
            yield json_row(line, value, text)
            if self.peek() == "]":
                self.at += 1
                return
            self.expect(",")


def json_row(line, value, text):
    if not isinstance(value, dict):
        return line, None, "it is not an object", text
    pairs = value["pairs"]
    keys = [key for key, _ in pairs if key in COLUMNS]
    try:
        # Half of a character that takes two is none.
        for key, _ in pairs:
            key.encode()
        if len(set(keys)) < len(keys):
            return line, None, TWICE, text
        values = dict(pairs)
        return judged(line, [json_value(values.get(column)) for column in COLUMNS], lambda: text)
    except UnicodeEncodeError:
        raise Broken(NOT_JSON) from None


def json_value(value):
    if value is None:
        return None
    return value.encode() if isinstance(value, str) else OTHER


class XmlPage:
    def __init__(self):
        self.depth, self.in_price, self.ready, self.count = 0, False, [], 0
        self.parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.doctype
        self.clear()

    def clear(self):
        self.texts, self.nested, self.column, self.twice, self.size = {}, set(), None, False, 0

    def doctype(self, *_):
        raise Broken("the page has a document type, which is not read")

    def open(self, name, _):
        if self.depth == 0 and name != "prices":
            raise Broken(NO_PRICES)
        if self.depth == 1:
            self.in_price = name == "price"
        elif self.depth == 2 and self.in_price:
            self.column = name if name in COLUMNS else None
            if self.column:
                self.twice |= name in self.texts
                self.texts[name] = ""
        elif self.column:
            self.nested.add(self.column)
        self.depth += 1

    def close(self, _):
        self.depth -= 1
        if self.depth == 2:
            self.column = None
        elif self.depth == 1 and self.in_price:
            self.in_price = False
            self.count += 1
            self.ready.append(self.row())
            self.clear()

    def text(self, text):
        if self.column:
            self.size += len(text.encode())
            if self.size > LONGEST:
                raise Broken(TOO_LONG)
            if self.depth == 3:
                self.texts[self.column] += text

    def row(self):
        ordered = {column: self.texts[column] for column in COLUMNS if column in self.texts}
        record = json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()
        if self.twice:
            return self.count, None, TWICE, record
        values = [
            OTHER if column in self.nested else (ordered[column].encode() if column in ordered else None)
            for column in COLUMNS
        ]
        return judged(self.count, values, lambda: record)

    def rows(self, body, step=1 << 16):
        for at in range(0, len(body) + 1, step):
            try:
                self.parser.Parse(body[at : at + step], at + step > len(body))
            except expat.ExpatError:
                yield from self.ready
                raise Broken("the page is no XML from here on") from None
            except Broken:
                yield from self.ready
                raise
            yield from self.ready
            self.ready.clear()


def page_rows(kind, body):
    body = body[len(MARK) :] if body.startswith(MARK) else body
    if kind == "csv":
        return csv_rows(body)
    return JsonPage(body).rows() if kind == "json" else XmlPage().rows(body)


def taken(number, uri, note, kind, body):
    """All rows of a page, good or not: (page, source, line, row or Nones, reason, record)."""
    body, found = bytes(body), 0
    sha256 = hashlib.sha256(body).hexdigest()
    if len(body) != note["bytes"] or sha256 != note["sha256"].lower():
        raise RuntimeError(
            f"{uri} is not the page that was pulled: it has {len(body)} bytes with the SHA-256 {sha256}, and the manifest"
            f" says {note['bytes']} bytes with {note['sha256']}; have the batch pulled again"
        )
    try:
        for line, row, reason, record in page_rows(kind, body):
            found += 1
            if row:
                yield (number, None, line, True, *row, None, None)
            else:
                yield (number, uri, line, True, None, None, None, None, reason, record)
    except Broken as broken:
        line = found + 1 if broken.line is None else broken.line
        yield (number, uri, line, False, None, None, None, None, broken.why, b"")
        return
    said = note.get("rows")
    if said is not None and said != found:
        why = f"the page has {found} rows where its source says {said}"
        yield (number, uri, 0, False, None, None, None, None, why, b"")


TAKEN = T.StructType(
    [
        T.StructField("page", T.IntegerType()),
        T.StructField("source", T.StringType()),
        T.StructField("line", T.LongType()),
        # Not what is wrong with a page as such.
        T.StructField("is_row", T.BooleanType()),
        T.StructField("orig_code", T.StringType()),
        T.StructField("dest_code", T.StringType()),
        T.StructField("day", T.DateType()),
        T.StructField("price", T.IntegerType()),
        T.StructField("reason", T.StringType()),
        T.StructField("record", T.BinaryType()),
    ]
)


def quarantined(source, line, reason, record):
    kept = bytes(record[:KEPT])
    reason = reason if len(reason) <= REASON else reason[:REASON] + "…"
    said = {"source": source, "line": line, "reason": reason}
    try:
        said["record"] = kept.decode()
    except UnicodeDecodeError as error:
        if len(kept) < len(record) and error.reason == "unexpected end of data":
            said["record"] = kept[: error.start].decode()
        else:
            said["record"], said["record_encoding"] = base64.b64encode(kept).decode(), "base64"
    if len(kept) < len(record):
        said["record_bytes"] = len(record)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


class Files:
    """Hadoop's file system, which knows s3:// on Glue and file:// elsewhere."""

    def __init__(self, spark, uri):
        self.jvm = spark.sparkContext._jvm
        self.system = self.path(uri).getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())

    def path(self, uri):
        return self.jvm.org.apache.hadoop.fs.Path(uri)

    def read(self, uri):
        stream = self.system.open(self.path(uri))
        try:
            return self.jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
        finally:
            stream.close()

    def write(self, uri, texts):
        stream = self.system.create(self.path(uri), True)
        try:
            for text in texts:
                stream.write(bytearray(text.encode()))
        finally:
            stream.close()

    def remove(self, uri):
        self.system.delete(self.path(uri), True)

    def move(self, uri, to):
        self.system.mkdirs(self.path(to).getParent())
        if not self.system.rename(self.path(uri), self.path(to)):
            raise RuntimeError(f"{uri} cannot be moved to {to}")

    def sizes(self, folder):
        """Of its Parquet files, by name."""
        files = self.system.listStatus(self.path(folder))
        sizes = {file.getPath().getName(): file.getLen() for file in files}
        return {name: sizes[name] for name in sorted(sizes) if name.endswith(".parquet")}


class Job:
    def __init__(self, spark, raw, curated, batch, part=PART):
        self.spark, self.curated, self.batch, self.part = spark, curated, batch, part
        self.run = batch["run"]
        self.folder = f"{raw}batch={self.run}/"
        self.pages, self.files = Files(spark, raw), Files(spark, curated)

    def place(self):
        started = datetime.datetime.fromisoformat(self.batch["started"].replace("Z", "+00:00"))
        started = started.astimezone(datetime.timezone.utc)
        return f"data/pulled={started:%Y-%m-%d/%H%M%S}-{self.run}/prices/"

    def curate(self):
        manifest = json.loads(self.pages.read(f"{self.folder}manifest.json"))
        if manifest["batch"]["run"] != self.run:
            raise RuntimeError(f"{self.folder}manifest.json is of another batch")
        verdict = self.verdict(manifest)
        self.files.write(f"{self.curated}spark/{self.run}.json", [json.dumps(verdict, indent=2) + "\n"])
        return verdict

    def verdict(self, manifest):
        verdict = {
            "batch": self.batch,
            "outcome": "curated",
            "engine": "glue",
            "read": 0,
            "duplicates": 0,
            "wrong": 0,
            "rows": 0,
            "parts": [],
        }
        if manifest["unchanged"]:
            return {**verdict, "outcome": "unchanged"}
        taken = self.taken(manifest)
        try:
            wrong = taken.where(F.col("reason").isNotNull())
            counts = taken.agg(F.sum(F.col("is_row").cast("long")), F.count("reason")).first()
            verdict["read"], verdict["wrong"] = counts[0] or 0, counts[1]
            if verdict["wrong"] or not verdict["read"]:
                return self.reject(verdict, wrong, manifest)
            return self.write(verdict, taken)
        finally:
            taken.unpersist()

    def taken(self, manifest):
        notes = {note["name"]: (number, note) for number, note in enumerate(manifest["pages"])}
        if not notes:
            return self.spark.createDataFrame([], TAKEN)
        folder, kind = self.folder, manifest["format"]
        uris = ",".join(folder + name for name in notes)
        bodies = self.spark.sparkContext.binaryFiles(uris, len(notes))

        def of(page):
            name = page[0].rsplit("/", 1)[1]
            number, note = notes[name]
            return taken(number, folder + name, note, kind, page[1])

        rows = self.spark.createDataFrame(bodies.flatMap(of), TAKEN, verifySchema=False)
        # Every row is taken once: a second time would be another hour of parsing.
        return rows.persist(storage())

    def reject(self, verdict, wrong, manifest):
        name, first = f"rejected/{self.run}.jsonl", []

        def lines():
            unit = "line" if manifest["format"] == "csv" else "row"
            for page in wrong.orderBy("page", F.col("line") == 0, "line").toLocalIterator():
                place = page.source.rsplit("/", 1)[1] + (f", {unit} {page.line}" if page.line else "")
                if not first:
                    first.append(f"{place}: {page.reason}")
                yield quarantined(page.source, page.line, page.reason, page.record)
            if not verdict["wrong"]:
                why = "the batch has no price"
                first.append(f"manifest.json: {why}")
                yield quarantined(f"{self.folder}manifest.json", 0, why, b"")

        self.files.write(self.curated + name, lines())
        return {
            **verdict,
            "outcome": "rejected",
            "wrong": max(verdict["wrong"], 1),
            "quarantine": name,
            "why": first[0],
        }

    def write(self, verdict, taken):
        rows = taken.select(*COLUMNS).distinct().persist(storage())
        try:
            count = rows.count()
            parts = -(-count // self.part)
            made = f"{self.curated}spark/made/{self.run}/"
            (
                rows.withColumn("batch", F.lit(self.run))
                .repartitionByRange(parts, *COLUMNS)
                .sortWithinPartitions(*COLUMNS)
                .write.mode("overwrite")
                .option("compression", "zstd")
                .parquet(made)
            )
        finally:
            rows.unpersist()
        # What an earlier attempt left behind, which may have been cut up otherwise.
        self.files.remove(self.curated + self.place())
        for name, size in self.files.sizes(made).items():
            rows_of = self.spark.read.parquet(made + name).count()
            if rows_of:
                part = {"name": f"part-{len(verdict['parts']):05}.parquet", "rows": rows_of, "bytes": size}
                self.files.move(made + name, f"{self.curated}{self.place()}{part['name']}")
                verdict["parts"].append(part)
        self.files.remove(made)
        if sum(part["rows"] for part in verdict["parts"]) != count:
            raise RuntimeError(f"the parts of batch {self.run} do not have its {count} rows")
        return {**verdict, "duplicates": verdict["read"] - count, "rows": count}


def storage():
    from pyspark import StorageLevel

    return StorageLevel.DISK_ONLY


def main(arguments):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--raw", required=True)
    parser.add_argument("--curated", required=True)
    parser.add_argument("--batch", required=True, type=json.loads)
    parser.add_argument("--part", type=int, default=PART)
    # Glue passes arguments of its own along.
    known, _ = parser.parse_known_args(arguments)
    spark = SparkSession.builder.appName("curate").getOrCreate()
    # A day is a day, wherever the workers are.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    verdict = Job(spark, known.raw, known.curated, known.batch, known.part).curate()
    print(json.dumps(verdict))


if __name__ == "__main__":
    main(sys.argv[1:])
