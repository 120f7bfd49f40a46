"""Counts what functions do and say, so that `status`, dashboards and alarms have something to see.

MiniStack keeps metrics, but has few of its own: it does not take those out of the logs that functions write into them,
counts invocations only where somebody calls the function, and knows no age of anything. Its alarms mix up the metrics of
different resources, and once they sound they do so for ever.
"""

import json
import threading
import time

from ministack.services import cloudwatch, kinesis, lambda_svc, sqs

# Ages are looked at when somebody asks, but not for each of many questions.
SECONDS_BETWEEN_LOOKS = 1.0

lock = threading.Lock()
looked = 0.0


def count(namespace, name, value, dimensions):
    count_all(namespace, name, [value], dimensions)


def count_all(namespace, name, values, dimensions):
    """Adds to the minute: a state with a point for each invocation would soon be too large to be saved while it works."""
    values, now = [float(value) for value in values], time.time()
    with lock:
        points = cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dimensions)))
        last = points[-1] if points else None
        if last is None or "_stat" not in last or now // 60 != last["Timestamp"] // 60:
            stat = {"SampleCount": 0, "Sum": 0.0, "Minimum": min(values), "Maximum": max(values)}
            # As CloudWatch has it: a point stands at the beginning of its minute.
            last = {"Timestamp": now // 60 * 60, "Unit": "None", "Dimensions": dict(dimensions), "_stat": stat}
            points.append(last)
        stat = last["_stat"]
        last["_stat"] = stat = {
            "SampleCount": stat["SampleCount"] + len(values),
            "Sum": stat["Sum"] + sum(values),
            "Minimum": min(stat["Minimum"], *values),
            "Maximum": max(stat["Maximum"], *values),
        }
        last["Value"] = stat["Sum"] / stat["SampleCount"]


def count_said(text):
    """The embedded metric format."""
    for line in text.splitlines():
        if '"_aws"' not in line:
            continue
        try:
            said = json.loads(line)
            for told in said["_aws"]["CloudWatchMetrics"]:
                for names in told["Dimensions"]:
                    dimensions = {name: str(said[name]) for name in names}
                    for metric in told["Metrics"]:
                        count(told["Namespace"], metric["Name"], said[metric["Name"]], dimensions)
        except (AttributeError, KeyError, TypeError, ValueError):
            # CloudWatch takes no notice of what is none either.
            continue


def dispatch_and_count(dispatch):
    def dispatched(func, config, event, request_id, started):
        result = dispatch(func, config, event, request_id, started)
        if not isinstance(result, dict):
            return result
        took = int((time.time() - started) * 1000)
        function = {"FunctionName": config.get("FunctionName", "unknown")}
        count("AWS/Lambda", "Invocations", 1, function)
        count("AWS/Lambda", "Errors", 1 if result.get("error") else 0, function)
        count("AWS/Lambda", "Throttles", 0, function)
        count("AWS/Lambda", "Duration", took, function)
        said = result.get("log") or ""
        count_said(said)
        # The last lines of its log, which an invocation may ask for, name it and say what it took.
        report = f"REPORT RequestId: {request_id}\tDuration: {took} ms\tMemory Size: {config.get('MemorySize', 128)} MB"
        log = "\n".join([f"START RequestId: {request_id}", said.rstrip("\n"), f"END RequestId: {request_id}", report])
        return {**result, "log": log}

    return dispatched


def throttles_only(emit):
    """What is counted above is not counted twice."""
    def emit_throttles(function_name, duration_ms, error, throttle):
        if throttle:
            emit(function_name, duration_ms, error, throttle)

    return emit_throttles


def look():
    """How old the oldest message of each queue is, and how far functions are behind their streams."""
    global looked
    now = time.time()
    if now - looked < SECONDS_BETWEEN_LOOKS:
        return
    looked = now
    for queue in list(sqs._queues.values()):
        sent = [message.get("sent_at", now) for message in list(queue["messages"])]
        count("AWS/SQS", "ApproximateAgeOfOldestMessage", now - min(sent, default=now), {"QueueName": queue["name"]})
        visible = sum(message["visible_at"] <= now for message in list(queue["messages"]))
        count("AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, {"QueueName": queue["name"]})
    for _account, _region, mapping in lambda_svc._iter_all_esms():
        source = mapping.get("EventSourceArn", "")
        stream = kinesis._streams.get(source.split("/", 1)[-1]) if ":kinesis:" in source else None
        positions = lambda_svc._kinesis_positions.get(mapping["UUID"])
        if stream is None or positions is None:
            continue
        behind = 0.0
        for shard, content in stream["shards"].items():
            unread = content["records"][positions.get(shard, len(content["records"])):][:1]
            behind = max([behind] + [now - record["ApproximateArrivalTimestamp"] for record in unread])
        count("AWS/Lambda", "IteratorAge", behind * 1000, {"FunctionName": mapping["FunctionName"]})


def look_first(answer):
    def answered(*args, **kwargs):
        look()
        return answer(*args, **kwargs)

    return answered


def evaluate(alarm):
    """Of its own resource only, and quiet again when nothing happens any more."""
    dimensions = alarm.get("Dimensions") or []
    if isinstance(dimensions, list):
        dimensions = cloudwatch._dims_from_list(dimensions)
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(key)
    if not points:
        return
    period, periods = int(alarm.get("Period", 60)), int(alarm.get("EvaluationPeriods", 1))
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    threshold, comparison = float(alarm.get("Threshold", 0)), alarm.get("ComparisonOperator", "")
    now, breaching, value = time.time(), True, None
    for past in range(periods):
        end = now - past * period
        within = [point for point in points if end - period <= point["Timestamp"] < end]
        value = cloudwatch._stat_value(cloudwatch._calc_stats(within), statistic, within) if within else None
        if value is None:
            breaching = breaching and alarm.get("TreatMissingData") == "breaching"
        elif "Greater" in comparison:
            breaching = breaching and (value > threshold or ("OrEqual" in comparison and value == threshold))
        else:
            breaching = breaching and (value < threshold or ("OrEqual" in comparison and value == threshold))
    before, after = alarm["StateValue"], "ALARM" if breaching else "OK"
    if before != after:
        reason = f"Threshold Crossed: {statistic} {value} {comparison} {threshold}"
        alarm.update(StateValue=after, StateReason=reason, StateUpdatedTimestamp=int(now))
        cloudwatch._record_history(alarm["AlarmName"], before, after, reason)
        cloudwatch._dispatch_alarm_actions(alarm, before, after, reason)
        cloudwatch._evaluate_parent_alarms(alarm)


def evaluate_first(answer):
    def answered(*args, **kwargs):
        look()
        cloudwatch._evaluate_all_alarms()
        return answer(*args, **kwargs)

    return answered


def keep():
    lambda_svc._execute_function_dispatch = dispatch_and_count(lambda_svc._execute_function_dispatch)
    lambda_svc._emit_lambda_metrics = throttles_only(lambda_svc._emit_lambda_metrics)
    cloudwatch._get_metric_data = look_first(cloudwatch._get_metric_data)
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._describe_alarms = evaluate_first(cloudwatch._describe_alarms)
