"""Gives stacks named queries, and Athena tables whose files name the files that are read.

MiniStack keeps named queries, but not as resources of a stack; and it takes every file below a table for data, also where
the table says that they are links.
"""

import os
import re

from machines import asked, made_anew, make_resource
from ministack.services import athena, s3

LINKS = "SymlinkTextInputFormat"


def create_query(logical_id, properties, stack):
    data = {
        "Name": properties.get("Name", logical_id),
        "Description": properties.get("Description", ""),
        "Database": properties["Database"],
        "QueryString": properties["QueryString"],
        "WorkGroup": properties.get("WorkGroup", "primary"),
    }
    made = asked(athena._create_named_query(data), "CreateNamedQuery")["NamedQueryId"]
    return made, {"NamedQueryId": made}


def delete_query(physical_id, properties):
    athena._delete_named_query({"NamedQueryId": physical_id})


def make_named_queries_resources():
    make_resource("AWS::Athena::NamedQuery", create_query, made_anew(create_query, delete_query), delete_query)


def linked(links):
    """The files that are named, laid out beside the links: their folders say which partition they are of."""
    # Of the folder that is made for a query, and deleted after it.
    root = re.match(r".*?/ministack-athena-[^/]+", links[0]).group(0)
    found = []
    for link in links:
        with open(link) as lines:
            for uri in filter(None, map(str.strip, lines)):
                bucket, key = uri.removeprefix("s3://").split("/", 1)
                data = s3._get_object_data(bucket, key)
                if data is None:
                    raise ValueError(f"{os.path.basename(link)} names {uri}, which is not there")
                path = os.path.join(root, ".linked", key)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)
                found.append(path)
    return found


def follow_links():
    relation = athena._table_relation

    def relation_over_what_is_named(table, files):
        storage = table.get("StorageDescriptor") or {}
        if LINKS not in (storage.get("InputFormat") or ""):
            return relation(table, files)
        files = linked(files)
        return relation(table, files) if files else athena._empty_relation(table)

    athena._table_relation = relation_over_what_is_named
