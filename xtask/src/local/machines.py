"""Gives stacks versions of state machines, and aliases.

MiniStack has them both, but not as resources of a stack.
"""

import json

from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners


def asked(answer, what):
    """The answer's fields; what is refused is the resource's failure, in the service's words."""
    status, _headers, body = answer
    if status >= 400:
        raise ValueError(f"{what}: {body.decode() if isinstance(body, bytes) else body}")
    return json.loads(body) if body else {}


def create_version(logical_id, properties, stack):
    data = {"stateMachineArn": properties["StateMachineArn"], "description": properties.get("Description", "")}
    if properties.get("StateMachineRevisionId"):
        data["revisionId"] = properties["StateMachineRevisionId"]
    arn = asked(stepfunctions._publish_state_machine_version(data), "PublishStateMachineVersion")["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def delete_version(physical_id, properties):
    asked(stepfunctions._delete_state_machine_version({"stateMachineVersionArn": physical_id}), "DeleteStateMachineVersion")


def routes(properties):
    named = properties.get("RoutingConfiguration") or [
        {"StateMachineVersionArn": properties["DeploymentPreference"]["StateMachineVersionArn"], "Weight": 100}
    ]
    return [{"stateMachineVersionArn": one["StateMachineVersionArn"], "weight": int(one["Weight"])} for one in named]


def create_alias(logical_id, properties, stack):
    data = {"name": properties["Name"], "routingConfiguration": routes(properties)}
    arn = asked(stepfunctions._create_state_machine_alias(data), "CreateStateMachineAlias")["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def update_alias(physical_id, old, new, stack, logical_id=None):
    if old.get("Name") != new.get("Name"):
        return made_anew(create_alias, delete_alias)(physical_id, old, new, stack, logical_id)
    data = {"stateMachineAliasArn": physical_id, "routingConfiguration": routes(new)}
    asked(stepfunctions._update_state_machine_alias(data), "UpdateStateMachineAlias")
    return physical_id, {"Arn": physical_id}


def delete_alias(physical_id, properties):
    asked(stepfunctions._delete_state_machine_alias({"stateMachineAliasArn": physical_id}), "DeleteStateMachineAlias")


def made_anew(create, delete):
    """For what cannot be changed in place."""
    def update(physical_id, old, new, stack, logical_id=None):
        made = create(logical_id, new, stack)
        provisioners._delete_predecessor(delete, physical_id, old)
        return made
    return update


def make_resource(kind, create, update, delete):
    handlers = {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}
    provisioners._RESOURCE_HANDLERS[kind] = handlers


def make_versions_resources():
    renewed = made_anew(create_version, delete_version)
    make_resource("AWS::StepFunctions::StateMachineVersion", create_version, renewed, delete_version)
    make_resource("AWS::StepFunctions::StateMachineAlias", create_alias, update_alias, delete_alias)
