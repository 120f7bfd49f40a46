"""Consolidates a partners' catalogue, as a function written in Python would: the standard library, one pass, one dictionary.

Usage: consolidate.py INPUT OUTPUT_FOLDER
"""

import gzip
import json
import os
import resource
import sys
import time

PARTNERS = ["alpenblick", "bergzeit", "citystay", "dorfhotels"]
ROLL_OVER = 500_000


def open_text(path):
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", encoding="utf-8") if packed else open(path, encoding="utf-8")


def records(path):
    with open_text(path) as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if not line:
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                yield number, None, str(error)
                continue
            for one in record if isinstance(record, list) else [record]:
                yield number, one, None


def consolidate(path, folder):
    ranks = {partner: rank for rank, partner in reversed(list(enumerate(PARTNERS)))}
    best, rejected = {}, []
    for number, record, error in records(path):
        if error is None:
            try:
                partner, id = record["partner_name"], record["accommodation_id"]
                name = record["accommodation_data"]["accommodation_name"]
            except (KeyError, TypeError) as missing:
                error = f"missing {missing}"
        if error is not None:
            rejected.append({"line": number, "reason": error})
            continue
        rank = ranks.get(partner)
        if rank is not None and (id not in best or rank <= best[id][0]):
            best[id] = (rank, name)
    write(folder, best)
    return len(best), len(rejected)


def write(folder, best):
    files, size, lines = 0, 0, []

    def put():
        nonlocal files, size
        with open(os.path.join(folder, f"{files:05}.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(lines)
        files, size = files + 1, 0
        lines.clear()

    for id in sorted(best):
        offer = {"accommodation_id": id, "accommodation_data": {"accommodation_name": best[id][1]}}
        line = json.dumps(offer, ensure_ascii=False) + "\n"
        length = len(line.encode())
        if lines and size + length > ROLL_OVER:
            put()
        lines.append(line)
        size += length
    if lines:
        put()


def main():
    path, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    begun = time.perf_counter()
    out, rejected = consolidate(path, folder)
    seconds = time.perf_counter() - begun
    assert out and not rejected
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
