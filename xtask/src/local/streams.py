"""Hands batches of a Kinesis stream to functions as Lambda does.

MiniStack counts a batch as done whatever records the function reports as failed, and repeats a batch that fails for
ever: what a function reports would be lost, and one bad record would hold up its shard. So the answer of the function
is read here, and the mapping's rules (partial answers, bisecting, retries, age, on-failure destination) are kept.

Between two calls a shard's unfinished work is kept in `unfinished`. The position in the stream moves only when all of
it is done, so that a crash repeats records and loses none.
"""

import json
import os
import threading
import time
import uuid

from ministack.services import kinesis, lambda_svc

import shards

begin = lambda_svc._init_stream_position
call = lambda_svc._execute_function
poll = lambda_svc._poll_kinesis
polling = threading.local()
unfinished = {}


class Part:
    """Records that are handed over together, and how often that failed."""

    def __init__(self, records, failures=0):
        self.records = records
        self.failures = failures


def number(record):
    return int(record["kinesis"]["sequenceNumber"])


def mapping_of(function, source):
    name = function["config"]["FunctionName"]
    for _account, _region, mapping in lambda_svc._iter_all_esms():
        if mapping.get("EventSourceArn") == source and mapping["FunctionName"] == name:
            return mapping
    return None


def first_failed(mapping, part, answer):
    """The index of the first record that was not handled; the number of records if all were."""
    if answer.get("error"):
        return 0
    body = answer.get("body")
    if isinstance(body, (str, bytes)):
        try:
            body = json.loads(body)
        except ValueError:
            body = None
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []) or not isinstance(body, dict):
        return len(part.records)
    failed = [item.get("itemIdentifier") for item in body.get("batchItemFailures") or []]
    places = {record["kinesis"]["sequenceNumber"]: place for place, record in enumerate(part.records)}
    # A number that is not in the batch means that nothing can be told about any of it.
    return min((places.get(item, 0) for item in failed), default=len(part.records))


def given_up(mapping, part):
    """Why no further attempt is made, or None."""
    most = mapping.get("MaximumRetryAttempts")
    if most is not None and int(most) >= 0 and part.failures > int(most):
        return "RetryAttemptsExhausted"
    oldest = float(part.records[0]["kinesis"]["approximateArrivalTimestamp"])
    limit = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    return "RecordAgeExceeded" if 0 < limit < time.time() - oldest else None


def report(mapping, function, shard, part, why):
    """Tells the mapping's on-failure destination which records were given up."""
    destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not destination:
        return
    import botocore.session

    first, last = part.records[0]["kinesis"], part.records[-1]["kinesis"]
    version = function["config"].get("Version", "$LATEST")
    moment = "%Y-%m-%dT%H:%M:%SZ"
    message = json.dumps({
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping["FunctionArn"],
            "condition": why,
            "approximateInvokeCount": part.failures,
        },
        "responseContext": {"statusCode": 200, "executedVersion": version, "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": time.strftime(moment, time.gmtime()),
        "KinesisBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": first["sequenceNumber"],
            "endSequenceNumber": last["sequenceNumber"],
            "approximateArrivalOfFirstRecord": time.strftime(moment, time.gmtime(first["approximateArrivalTimestamp"])),
            "approximateArrivalOfLastRecord": time.strftime(moment, time.gmtime(last["approximateArrivalTimestamp"])),
            "batchSize": len(part.records),
            "streamArn": mapping["EventSourceArn"],
        },
    })
    _arn, _aws, service, region, account, name = destination.split(":", 5)
    client = botocore.session.get_session().create_client(
        service,
        region_name=region,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=account,
        aws_secret_access_key="test",
    )
    if service == "sqs":
        client.send_message(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=message)
    else:
        client.publish(TopicArn=destination, Message=message)


def hand_over(mapping, function, event):
    """Works on a shard's records until all are done or one attempt fails. Answers as the function would."""
    shard = event["Records"][0]["eventID"].split(":")[0]
    key = (mapping["UUID"], shard)
    parts, seen = unfinished.pop(key, ([], -1))
    fresh = [record for record in event["Records"] if number(record) > seen]
    if fresh:
        parts.append(Part(fresh))
    seen = number(event["Records"][-1])
    answer = {"body": None}
    while parts:
        part = parts[0]
        why = given_up(mapping, part)
        if why:
            report(mapping, function, shard, part, why)
            parts.pop(0)
            continue
        answer = call(function, {**event, "Records": part.records})
        done = first_failed(mapping, part, answer)
        if done == len(part.records):
            parts.pop(0)
            continue
        left = part.records[done:]
        if mapping.get("BisectBatchOnFunctionError") and not done and len(left) > 1:
            # Splitting is no attempt: it only finds the record that fails.
            middle = len(left) // 2
            parts[0:1] = [Part(left[:middle], part.failures), Part(left[middle:], part.failures)]
            continue
        parts[0] = Part(left, 1 if done else part.failures + 1)
        unfinished[key] = (parts, seen)
        return {**answer, "error": True}
    return {key: value for key, value in answer.items() if key != "error"}


def execute(function, event, *rest, **named):
    records = event.get("Records") if isinstance(event, dict) and getattr(polling, "kinesis", False) else None
    mapping = mapping_of(function, records[0]["eventSourceARN"]) if records else None
    if mapping is None:
        return call(function, event, *rest, **named)
    return hand_over(mapping, function, event)


def poll_kinesis():
    polling.kinesis = True
    shards.let_begin()
    try:
        return poll()
    finally:
        polling.kinesis = False


def begin_at_the_mapping(esm_id, source_arn, starting):
    """The latest record is the latest when the mapping is made, not when the poller first comes to it: it may be busy
    with another mapping until then, and what is sent meanwhile would be skipped."""
    begin(esm_id, source_arn, starting)
    if ":kinesis:" not in source_arn or starting != "LATEST" or esm_id in lambda_svc._kinesis_positions:
        return
    _arn, _aws, _service, region, account, resource = source_arn.split(":", 5)
    stream = kinesis._streams.get_scoped(account, region, resource.split("/", 1)[1])
    if stream:
        ends = {shard: len(content["records"]) for shard, content in stream["shards"].items()}
        lambda_svc._kinesis_positions[esm_id] = ends


def keep_the_rules():
    lambda_svc._init_stream_position = begin_at_the_mapping
    lambda_svc._execute_function = execute
    lambda_svc._poll_kinesis = poll_kinesis
