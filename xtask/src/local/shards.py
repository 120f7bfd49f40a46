"""Changes the number of a stream's shards as Kinesis does, and counts what comes into it.

MiniStack makes all shards anew and forgets what is in the old ones. Here a shard whose hashes go to others is closed: it
takes nothing any more, and stays until what it holds has expired. A mapping comes to a new shard when it is done with
those before it, so that no record is lost, and none overtakes another of its key.
"""

import base64
import json
import time

from ministack.core.responses import error_response_json, json_response
from ministack.services import kinesis, lambda_svc
from ministack.services.cloudformation import provisioners

import counts

# How long a stream says that it is being changed, and what Kinesis allows.
SECONDS_OF_UPDATING = 2
OPERATIONS_A_DAY = 10
DAY = 24 * 3600
# The position of a mapping in a shard whose turn has not come: behind all that it may ever hold.
WAITING = 1 << 60

describe = kinesis._describe_stream
describe_summary = kinesis._describe_stream_summary
put_internal = kinesis.put_record_internal
put_one = kinesis._put_record
put_many = kinesis._put_records
show = kinesis._shard_out
update_stream = provisioners._RESOURCE_HANDLERS["AWS::Kinesis::Stream"]["update"]


def is_open(shard):
    return "closed" not in shard


def open_shards(stream):
    return {name: shard for name, shard in stream["shards"].items() if is_open(shard)}


def is_updating(stream):
    return time.time() < max(stream.get("resharded", []), default=0) + SECONDS_OF_UPDATING


def route(hash_key, stream):
    for name, shard in stream["shards"].items():
        if is_open(shard) and int(shard["starting_hash_key"]) <= hash_key <= int(shard["ending_hash_key"]):
            return name
    return next(iter(open_shards(stream)))


def reshard(stream, target):
    """Closes the shards whose hashes are cut otherwise from now on, and begins new ones for them."""
    before, now = open_shards(stream), time.time()
    ranges = [tuple(int(end) for end in ends) for ends in kinesis._compute_hash_ranges(target)]
    of = {name: (int(shard["starting_hash_key"]), int(shard["ending_hash_key"])) for name, shard in before.items()}
    begun, number = {}, kinesis._max_shard_index(stream)
    for first, last in ranges:
        if (first, last) in of.values():
            continue
        number += 1
        parents = [name for name, (start, end) in of.items() if start <= last and first <= end]
        begun[f"shardId-{number:012d}"] = {
            "records": [],
            "starting_hash_key": str(first),
            "ending_hash_key": str(last),
            "starting_sequence_number": kinesis._next_sequence_number(),
            "parent_shard_id": parents[0],
            "adjacent_parent_shard_id": parents[1] if len(parents) > 1 else None,
            "parents": parents,
        }
    for name, shard in before.items():
        if of[name] not in ranges:
            shard["closed"] = now
            shard["ending_sequence_number"] = kinesis._next_sequence_number()
    # Before anything can come into them.
    for positions in positions_in(stream):
        positions.update({name: WAITING for name in begun})
    expired = now - stream["RetentionPeriodHours"] * 3600
    kept = {name: shard for name, shard in stream["shards"].items() if shard.get("closed", now) > expired}
    # Another thread may be going through the shards: it goes on through those that there were.
    stream["shards"] = {**kept, **begun}
    stream["resharded"] = [at for at in stream.get("resharded", []) if at > now - DAY] + [now]


def mappings_of(stream):
    for account, region, mapping in lambda_svc._iter_all_esms():
        if mapping.get("EventSourceArn") == stream["StreamARN"]:
            yield account, region, mapping


def positions_in(stream):
    """How far each mapping has come in the stream's shards."""
    for account, region, mapping in mappings_of(stream):
        positions = lambda_svc._kinesis_positions.get_scoped(account, region, mapping["UUID"])
        if positions is not None:
            yield positions


def let_begin():
    """Lets mappings begin with the shards that came of those which they are done with."""
    for stream in list(kinesis._streams._data.values()):
        shards = stream["shards"]
        for positions in positions_in(stream):
            def is_done(parent):
                at = positions.get(parent)
                return parent not in shards or (at is not None and len(shards[parent]["records"]) <= at < WAITING)

            for name, shard in shards.items():
                if positions.get(name) == WAITING and all(is_done(parent) for parent in shard["parents"]):
                    positions[name] = 0


def refusal(stream, target):
    """Why Kinesis would not change the number of shards, as a code and a sentence, or None."""
    there = len(open_shards(stream))
    if stream.get("StreamModeDetails", {}).get("StreamMode") == "ON_DEMAND":
        return "ValidationException", "The stream is on demand."
    if target < 1 or target > 2 * there or 2 * target < there:
        return "InvalidArgumentException", f"{there} shards cannot become {target}: at most twice or half as many."
    if len([at for at in stream.get("resharded", []) if at > time.time() - DAY]) >= OPERATIONS_A_DAY:
        return "LimitExceededException", f"The shards were changed {OPERATIONS_A_DAY} times within 24 hours."
    return None


def update_shard_count(data):
    name, stream = kinesis._resolve_stream(data)
    if not stream:
        return error_response_json("ResourceNotFoundException", f"Stream {name} not found", 400)
    if is_updating(stream):
        return error_response_json("ResourceInUseException", f"Stream {name} is UPDATING", 400)
    there, target = len(open_shards(stream)), int(data.get("TargetShardCount") or 0)
    refused = refusal(stream, target)
    if refused:
        return error_response_json(*refused, 400)
    reshard(stream, target)
    return json_response({
        "StreamName": stream["StreamName"],
        "StreamARN": stream["StreamARN"],
        "CurrentShardCount": there,
        "TargetShardCount": target,
    })


def update_by_stack(physical_id, old, new, stack_name):
    """A template's number counts when it changes, whatever the stream has by then."""
    made = update_stream(physical_id, old, new, stack_name)
    stream = kinesis._streams.get(physical_id)
    count = new.get("ShardCount")
    if stream and made[0] == physical_id and count is not None and str(count) != str(old.get("ShardCount")):
        if int(count) != len(open_shards(stream)):
            refused = refusal(stream, int(count))
            if refused:
                raise ValueError(": ".join(refused))
            reshard(stream, int(count))
    return made


def described(field, describe_it):
    def tell(data):
        status, headers, body = describe_it(data)
        _name, stream = kinesis._resolve_stream(data)
        if status != 200 or not stream:
            return status, headers, body
        told = json.loads(body)
        if is_updating(stream):
            told[field]["StreamStatus"] = "UPDATING"
        if "OpenShardCount" in told[field]:
            told[field]["OpenShardCount"] = len(open_shards(stream))
        return json_response(told)
    return tell


def shown(name, shard):
    out = show(name, shard)
    if not is_open(shard):
        out["SequenceNumberRange"]["EndingSequenceNumber"] = shard["ending_sequence_number"]
    return out


def count(stream, sizes):
    of_stream = {"StreamName": stream["StreamName"]}
    counts.count_all("AWS/Kinesis", "IncomingBytes", sizes, of_stream)
    counts.count_all("AWS/Kinesis", "IncomingRecords", [1] * len(sizes), of_stream)


def size(record):
    data = record.get("Data") or ""
    return len(record.get("PartitionKey", "")) + (len(base64.b64decode(data)) if isinstance(data, str) else len(data))


def counted(put, records_of):
    def put_and_count(data):
        answer = put(data)
        _name, stream = kinesis._resolve_stream(data)
        records = records_of(data)
        if answer[0] == 200 and stream and records:
            count(stream, [size(record) for record in records])
        return answer
    return put_and_count


def put_internal_and_count(stream_arn, partition_key, data):
    is_put = put_internal(stream_arn, partition_key, data)
    stream = kinesis._resolve_stream_by_arn(stream_arn)
    if is_put and stream:
        count(stream, [len(partition_key) + len(data)])
    return is_put


def can_be_changed():
    kinesis._route_to_shard = route
    kinesis._shard_out = shown
    kinesis._update_shard_count = update_shard_count
    kinesis._describe_stream = described("StreamDescription", describe)
    kinesis._describe_stream_summary = described("StreamDescriptionSummary", describe_summary)
    provisioners._RESOURCE_HANDLERS["AWS::Kinesis::Stream"]["update"] = update_by_stack


def are_counted():
    kinesis._put_record = counted(put_one, lambda data: [data])
    kinesis._put_records = counted(put_many, lambda data: data.get("Records", []))
    kinesis.put_record_internal = put_internal_and_count
