"""Gives RDS instances a real PostgreSQL behind them.

MiniStack keeps a record of an instance that a stack declares, with an address where nobody answers. Here each instance is
a database and a role of the one PostgreSQL server that runs beside the emulator, and its endpoint is that server's. What
belongs to which instance is written into the server itself, as the comment of the role that owns the database: so two
stages that chose the same name are told so, and none gets the other's data.
"""

import json
import os
import re
import secrets
import subprocess

from ministack.services import rds, secretsmanager
from ministack.services.cloudformation import provisioners

create_record = provisioners._rds_db_instance_create
update_record = provisioners._rds_db_instance_update
delete_record = provisioners._rds_db_instance_delete
attributes = provisioners._rds_db_instance_attrs

PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def server():
    """Where the server is, and how its administrator signs in: written by `cargo xtask` when it starts it."""
    try:
        with open(os.environ["MILLRACE_POSTGRES_SERVER"]) as file:
            return json.load(file)
    except (KeyError, OSError, ValueError):
        raise ValueError(
            "no PostgreSQL runs beside the emulator: run `cargo xtask local stop`, then the same command again"
        ) from None


def run(statements, database="postgres"):
    at = server()
    psql = [at["psql"], "-h", at["host"], "-p", str(at["port"]), "-U", at["user"], "-d", database]
    psql += ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"]
    environment = {"PGPASSWORD": at["password"], "PATH": os.environ.get("PATH", "")}
    done = subprocess.run(psql, input=statements, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise ValueError(f"PostgreSQL at {at['host']}:{at['port']} says: {done.stderr.strip()}")
    return done.stdout.strip()


def text(value):
    return "'" + value.replace("'", "''") + "'"


def names(instance):
    database, role = instance["DBName"], instance["MasterUsername"]
    for what, name in (("DBName", database), ("MasterUsername", role)):
        if not PLAIN.fullmatch(name):
            raise ValueError(f"{what} '{name}' is not made of small letters, digits and _")
    return database, role


def belongs(kind, name):
    """The instance that has the database or role, '' if it is nobody's, None if there is none."""
    catalog, column, role = {
        "database": ("pg_database", "datname", "datdba"),
        "role": ("pg_authid", "rolname", "oid"),
    }[kind]
    found = run(
        f"SELECT 'found:' || coalesce(shobj_description({role}, 'pg_authid'), '')"
        f" FROM {catalog} WHERE {column} = {text(name)};"
    )
    return found.removeprefix("found:") if found else None


def provide(instance):
    """Makes the database and the role of an instance, or takes up those that it left behind."""
    database, role = names(instance)
    arn = instance["DBInstanceArn"]
    there = {kind: belongs(kind, name) for kind, name in (("role", role), ("database", database))}
    for kind, of in there.items():
        if of not in (None, arn):
            name = {"role": role, "database": database}[kind]
            raise ValueError(
                f"the {kind} '{name}' belongs to {of or 'nobody that is known'}: give this stage's instance another name"
            )
    if there["role"] is None:
        run(f"BEGIN; CREATE ROLE {role} LOGIN; COMMENT ON ROLE {role} IS {text(arn)}; COMMIT;")
    run(f"ALTER ROLE {role} PASSWORD {text(instance['_MasterUserPassword'])};")
    if there["database"] is None:
        run(f"CREATE DATABASE {database} OWNER {role};")
    run(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;")
    at = server()
    instance["Endpoint"].update(Address=at["host"], Port=at["port"])


def take_away(instance):
    database, role = names(instance)
    arn = instance["DBInstanceArn"]
    if belongs("database", database) == arn:
        run(f"DROP DATABASE {database} WITH (FORCE);")
    if belongs("role", role) == arn:
        run(f"DROP ROLE {role};")


def is_postgres(props):
    return props.get("Engine") == "postgres" and not props.get("DBClusterIdentifier")


def all_attributes(instance):
    secret = instance.get("MasterUserSecret")
    return {**attributes(instance), **({"MasterUserSecret.SecretArn": secret["SecretArn"]} if secret else {})}


def manage_password(instance):
    """As RDS does it: a password that it makes up, in a secret of its own."""
    name = f"rds!{instance['DbiResourceId'].lower()}"
    value = {"username": instance["MasterUsername"], "password": instance["_MasterUserPassword"]}
    arn, _version = secretsmanager._store_new_secret(name, secret_string=json.dumps(value))
    instance["MasterUserSecret"] = {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": "alias/aws/secretsmanager"}


def create(logical_id, props, stack_name):
    if not is_postgres(props):
        return create_record(logical_id, props, stack_name)
    managed = str(props.get("ManageMasterUserPassword", False)).lower() == "true"
    if managed:
        props = {**props, "MasterUserPassword": secrets.token_urlsafe(24)}
    physical_id, _attributes = create_record(logical_id, props, stack_name)
    instance = rds._instances[physical_id]
    try:
        provide(instance)
    except Exception:
        delete_record(physical_id, props)
        raise
    if managed:
        manage_password(instance)
    return physical_id, all_attributes(instance)


def update(physical_id, old_props, new_props, stack_name, logical_id=None):
    updated, found = update_record(physical_id, old_props, new_props, stack_name, logical_id)
    if not is_postgres(new_props):
        return updated, found
    instance = rds._instances[updated]
    provide(instance)
    return updated, all_attributes(instance)


def delete(physical_id, props):
    instance = rds._instances.get(physical_id)
    if instance is not None and is_postgres(props):
        take_away(instance)
        secret = instance.get("MasterUserSecret")
        if secret:
            secretsmanager._delete_secret({"SecretId": secret["SecretArn"], "ForceDeleteWithoutRecovery": True})
    return delete_record(physical_id, props)


def make_them_real():
    provisioners._rds_db_instance_create = create
    provisioners._rds_db_instance_update = update
    provisioners._rds_db_instance_delete = delete
    provisioners._RESOURCE_HANDLERS["AWS::RDS::DBInstance"].update(create=create, update=update, delete=delete)
