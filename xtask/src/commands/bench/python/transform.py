"""Turns listings into three CSV files, as a function written in Python would: the standard library, one pass.

Usage: transform.py INPUT OUTPUT_FOLDER
"""

import contextlib
import csv
import gzip
import io
import json
import os
import resource
import sys
import time
import zipfile

FLATS = """
id
publishDate
realEstate_apartmentType
realEstate_assistedLiving
realEstate_balcony
realEstate_baseRent
realEstate_builtInKitchen
realEstate_calculatedTotalRent
realEstate_calculatedTotalRentScope
realEstate_cellar
realEstate_certificateOfEligibilityNeeded
realEstate_condition
realEstate_constructionYear
realEstate_deposit
realEstate_descriptionNote
realEstate_floor
realEstate_freeFrom
realEstate_garden
realEstate_guestToilet
realEstate_handicappedAccessible
realEstate_heatingCosts
realEstate_heatingCostsInServiceCharge
realEstate_heatingType
realEstate_interiorQuality
realEstate_lastModificationDate
realEstate_lastRefurbishment
realEstate_lift
realEstate_livingSpace
realEstate_numberOfFloors
realEstate_numberOfRooms
realEstate_petsAllowed
realEstate_serviceCharge
realEstate_state
realEstate_totalRent
""".split()
ADDRESS = """
id
realEstate_address_city
realEstate_address_geoHierarchy_city_name
realEstate_address_geoHierarchy_country_name
realEstate_address_geoHierarchy_quarter_name
realEstate_address_geoHierarchy_region_name
realEstate_address_postcode
""".split()
AGENCY = """
id
contactDetails_company
contactDetails_email
contactDetails_firstname
contactDetails_lastname
contactDetails_cellPhoneNumber
contactDetails_cellPhoneNumberAreaCode
contactDetails_cellPhoneNumberCountryCode
contactDetails_phoneNumber
contactDetails_phoneNumberAreaCode
contactDetails_phoneNumberCountryCode
""".split()
SHEETS = {"flats": FLATS, "address": ADDRESS, "agency": AGENCY}


def texts(path):
    """The text files in the object, however it is packed."""
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield io.TextIOWrapper(member, encoding="utf-8")
    elif magic.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield file
    else:
        with open(path, encoding="utf-8") as file:
            yield file


def cell(value):
    """JSON's true is not Python's True in a CSV file."""
    return str(value).lower() if isinstance(value, bool) else value


def transform(path, folder):
    out = rejected = 0
    with contextlib.ExitStack() as stack:
        sheets = []
        for name, columns in SHEETS.items():
            file = gzip.open(os.path.join(folder, f"{name}.csv.gz"), "wt", encoding="utf-8", newline="")
            writer = csv.DictWriter(stack.enter_context(file), columns, restval="", extrasaction="ignore")
            writer.writeheader()
            sheets.append(writer)
        for text in texts(path):
            for line in text:
                try:
                    record = json.loads(line)
                    if not record["ok"]:
                        continue
                    row = {key: cell(value) for key, value in record["data"].items()}
                    row["id"]
                except (ValueError, KeyError, AttributeError):
                    rejected += 1
                    continue
                out += 1
                for writer in sheets:
                    writer.writerow(row)
    return out, rejected


def main():
    path, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    begun = time.perf_counter()
    out, rejected = transform(path, folder)
    seconds = time.perf_counter() - begun
    assert out and not rejected
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
