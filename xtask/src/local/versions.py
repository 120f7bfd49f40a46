"""Releases functions as Lambda does: what runs ends where it began, and what a mapping hands over goes to its alias.

MiniStack ends environments in the middle of their work when a function is changed, forgets the alias of a mapping that is
changed, and keeps an environment of each version that there ever was.
"""

import sys

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

end = lambda_svc.invalidate_worker
release = lambda_svc.release_worker
point = lambda_svc._update_alias
# Environments that are at work for the last time.
leaving = set()


def end_after_work(name, qualifier=None, account=None, region=None):
    """Ends the environments of one state of a function; one that is at work when its work is done."""
    # Of a function that is deleted all end at once, and so does one that failed.
    if qualifier is None or sys.exc_info()[0] is not None:
        return end(name, qualifier=qualifier, account=account, region=region)
    # At one go, so that none is given work in between.
    with lambda_runtime._lock:
        keys = [key for key in lambda_runtime._workers if key.split(":")[-2:] == [name, qualifier]]
        workers = [worker for key in keys for worker in lambda_runtime._workers.pop(key)]
        at_work = {worker for worker in workers if worker.in_use}
        leaving.update(at_work)
    lambda_runtime.kill_workers([worker for worker in workers if worker not in at_work])


def release_and_end(worker):
    release(worker)
    if worker in leaving:
        leaving.discard(worker)
        lambda_runtime.kill_workers([worker])


def point_and_end(name, alias, data):
    """No more calls come to the version that an alias stood for."""
    before = (lambda_svc._functions.get(name) or {}).get("aliases", {}).get(alias, {}).get("FunctionVersion")
    answer = point(name, alias, data)
    if answer[0] < 400 and before not in (None, "$LATEST", data.get("FunctionVersion", before)):
        end_after_work(name, qualifier=before)
    return answer


def with_its_alias(change):
    def changed(physical_id, old, new, stack):
        made = change(physical_id, old, new, stack)
        _function, alias = lambda_svc._resolve_name_and_qualifier(new["FunctionName"])
        lambda_svc._esms[made[0]]["Qualifier"] = alias
        return made

    return changed


def are_released():
    lambda_svc.invalidate_worker = end_after_work
    lambda_svc.release_worker = release_and_end
    lambda_svc._update_alias = point_and_end
    mapping = provisioners._RESOURCE_HANDLERS["AWS::Lambda::EventSourceMapping"]
    mapping["update"] = with_its_alias(mapping["update"])
