"""Runs MiniStack as the local stage needs it.

MiniStack saves its state only when it is stopped in good order: after a crash, a `kill -9` or a dead battery everything
but the objects in S3 would be gone. So this saves it every half second while there is work.

The lock on the process file tells `cargo xtask` that the emulator lives. It is held as long as the process lives and not
a moment longer, however the process ends, and no other process can have it by accident.
"""

import asyncio
import contextvars
import fcntl
import os
import sys
import time

# How long work may be lost by a crash. Large states are saved less often, so that saving stays a small part of the load.
SECONDS_BETWEEN_SAVES = 0.5
SHARE_OF_TIME = 20
# What requests set off goes on for a while after the last of them.
ROUNDS_UNTIL_QUIET = 60


def claim(path):
    """Makes this process the one emulator of its state folder."""
    file = open(path, "r+" if os.path.exists(path) else "w+")
    # Whoever asks whether an emulator lives holds the lock for a moment.
    for _ in range(100):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            time.sleep(0.01)
    else:
        sys.exit(f"another emulator runs in this state folder already: {path} is locked")
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


claimed = claim(os.environ["MILLRACE_EMULATOR_PROCESS"])

from ministack import app as emulator  # noqa: E402 (only the process that has the claim may load the state)
from ministack.core import iam_evaluator  # noqa: E402
from ministack.core.persistence import save_state  # noqa: E402
from ministack.services import cloudwatch_logs, eventbridge, lambda_svc  # noqa: E402
from ministack.services import cloudformation  # noqa: E402
from ministack.services.cloudformation import handlers, provisioners  # noqa: E402
import counts  # noqa: E402
import databases  # noqa: E402
import machines  # noqa: E402
import queries  # noqa: E402
import shards  # noqa: E402
import streams  # noqa: E402
import versions  # noqa: E402


def count_loopback_as_tls():
    """Nothing leaves this machine, so a policy that refuses what comes without TLS has nothing to refuse."""
    origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))
    iam_evaluator._request_origin = origin
    emulator.pin_request_origin = lambda address, _secure: origin.set((address, True))


def say_what_replaces():
    """Of kinds that it does not know, every change counts as one that may replace; these hold data, and are asked about."""
    provisioners._REPLACING_PROPERTIES.update({
        "AWS::KMS::Key": ("KeySpec", "KeyUsage", "MultiRegion"),
        "AWS::Kinesis::Stream": ("Name",),
        "AWS::S3::Bucket": ("BucketName",),
        "AWS::SecretsManager::Secret": ("Name",),
    })


def keep_stacks_under_review():
    """A second change set for a stack that is not created yet would make it another stack, and the first change set would
    outlive both."""
    create = handlers._create_change_set

    def create_for_the_same(params):
        name = handlers._p(params, "StackName")
        before = cloudformation._stacks.get(name)
        answer = create(params)
        after = cloudformation._stacks.get(name)
        if before is None or before["StackStatus"] != "REVIEW_IN_PROGRESS" or after is before:
            return answer
        if after is None:
            # It was refused, and took the stack with it.
            cloudformation._stacks[name] = before
            return answer
        kept, other = before["StackId"], after["StackId"]
        after["StackId"] = kept
        cloudformation._stack_events.pop(other, None)
        for change_set in cloudformation._change_sets.values():
            if change_set["StackId"] == other:
                change_set["StackId"] = kept
        status, headers, body = answer
        return status, headers, body.replace(other.encode(), kept.encode())

    handlers._ACTION_HANDLERS["CreateChangeSet"] = create_for_the_same


def say_when_it_was_scheduled():
    """A target's input may ask for the time of the schedule, which would be handed on as it is written."""
    invoke = eventbridge._invoke_target

    def invoke_with_time(target, event, *args, **kwargs):
        if event.get("Source") == "aws.scheduler" and "Input" in target:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event["Time"]))
            target = {**target, "Input": target["Input"].replace("<aws.scheduler.scheduled-time>", at)}
        return invoke(target, event, *args, **kwargs)

    eventbridge._invoke_target = invoke_with_time


def keep_log_groups_gone():
    """A function that ends after its stack is deleted writes to a group that is gone. Its role may not make it anew, and
    the next creation of the stack would find it in its way."""
    write = lambda_svc._emit_lambda_logs

    def write_where_there_is_a_group(func, *args, **kwargs):
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup")
        if group is None or group in cloudwatch_logs._log_groups:
            write(func, *args, **kwargs)

    lambda_svc._emit_lambda_logs = write_where_there_is_a_group


count_loopback_as_tls()
keep_log_groups_gone()
keep_stacks_under_review()
say_when_it_was_scheduled()
say_what_replaces()
shards.can_be_changed()
shards.are_counted()
streams.keep_the_rules()
counts.keep()
databases.make_them_real()
machines.make_versions_resources()
versions.are_released()
queries.make_named_queries_resources()
queries.follow_links()
serve = emulator.app
requests = 0


async def save():
    """Copies the state between two requests, and writes it beside them."""
    states = {}
    for service, state_of in emulator._build_persistence_save_dict().items():
        try:
            states[service] = state_of()
        except RuntimeError:
            # A worker thread changed it meanwhile; the next round has it.
            continue
    for service, state in states.items():
        if state is not None:
            await asyncio.to_thread(save_state, service, state)


async def save_regularly():
    pause = SECONDS_BETWEEN_SAVES
    seen, quiet = -1, 0
    while True:
        await asyncio.sleep(pause)
        quiet = quiet + 1 if requests == seen else 0
        if quiet > ROUNDS_UNTIL_QUIET:
            continue
        seen, begin = requests, time.monotonic()
        await save()
        pause = max(SECONDS_BETWEEN_SAVES, SHARE_OF_TIME * (time.monotonic() - begin))


async def serve_and_save(scope, receive, send):
    global requests
    if scope["type"] != "lifespan":
        requests += 1
        return await serve(scope, receive, send)

    saver = None

    async def send_and_start(message):
        nonlocal saver
        # Not before: until here the old state is not loaded, and saving would erase it.
        if message["type"] == "lifespan.startup.complete":
            saver = asyncio.create_task(save_regularly())
        await send(message)

    async def receive_and_end():
        message = await receive()
        if message["type"] == "lifespan.shutdown" and saver is not None:
            saver.cancel()
        return message

    await serve(scope, receive_and_end, send_and_start)


emulator.app = serve_and_save
sys.argv = ["ministack"]
emulator.main()
