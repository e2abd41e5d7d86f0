"""db-users as one writes it first: for each user of the event make its secret and its role unless they are there, set its
password, and grant everything. Nothing is compared with what is there, so the second time is as long as the first; it is
here to be compared with, not to be used.
"""

import json
import os
import secrets as randomness

import boto3
import psycopg
from psycopg import sql

secrets = boto3.client("secretsmanager")
NOBODY = (None, "", "None")


def handler(event, _context):
    master = json.loads(secrets.get_secret_value(SecretId=event["secret_name"])["SecretString"])
    address, port = os.environ["NIGHTSHIFT_DB_ADDRESS"].split(":")
    done = 0
    with psycopg.connect(
        host=event["rds_host"],
        hostaddr=address,
        port=port,
        user=master["username"],
        password=master["password"],
        dbname=event["database_name"],
        sslmode="verify-full",
        sslrootcert=os.environ["NIGHTSHIFT_DB_CA_FILE"],
        autocommit=True,
    ) as connection:
        for user in event["users"]:
            provision(connection, event, user)
            done += 1
    return {"changed": done}


def provision(connection, event, user):
    password = secret(event, user)
    name = sql.Identifier(user["db_user"])
    database = sql.Identifier(event["database_name"])
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user["db_user"]]).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    run = lambda text, **parts: connection.execute(sql.SQL(text).format(name=name, database=database, **parts))
    run("{verb} ROLE {name} LOGIN PASSWORD {password}", verb=verb, password=sql.Literal(password))
    run("GRANT CONNECT ON DATABASE {database} TO {name}")
    run("GRANT USAGE ON SCHEMA public TO {name}")
    privileges = sql.SQL(user["grant_privileges"])
    if user["grant_ddl"] == "true":
        run("GRANT CREATE, TEMPORARY ON DATABASE {database} TO {name}")
        run("GRANT CREATE ON SCHEMA public TO {name}")
    run("GRANT {privileges} ON ALL TABLES IN SCHEMA public TO {name}", privileges=privileges)
    run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    if user["grantor"] not in NOBODY:
        grantor = sql.Identifier(user["grantor"])
        run("GRANT {grantor} TO CURRENT_USER WITH INHERIT TRUE", grantor=grantor)
        future = "ALTER DEFAULT PRIVILEGES FOR ROLE {grantor} IN SCHEMA public GRANT "
        run(future + "{privileges} ON TABLES TO {name}", grantor=grantor, privileges=privileges)
        run(future + "USAGE, SELECT ON SEQUENCES TO {name}", grantor=grantor)


def secret(event, user):
    name = user["user_secret_name"]
    try:
        secrets.describe_secret(SecretId=name)
        return json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])["password"]
    except secrets.exceptions.ResourceNotFoundException:
        value = {
            "engine": "postgres",
            "host": event["rds_host"],
            "username": user["db_user"],
            "password": randomness.token_urlsafe(24),
            "dbname": event["database_name"],
        }
        secrets.create_secret(Name=name, SecretString=json.dumps(value))
        return value["password"]
