"""The four steps of a rotation as the templates of aws-samples/aws-secrets-manager-rotation-lambdas take them: PostgreSQL, one user
(0bd847b) and two (119afe7), and MySQL, two (0b2c808). It makes their calls, logins and statements in their order, one refused login
tried again in clear text among them, and was written anew from what they do; it is here to be counted, not to be used.
"""

import json
import os
import socket

import boto3

secrets = boto3.client("secretsmanager")
CLONE = "_clone"
LEFT_OUT = ":/@\"'\\"


def handler(event, _context):
    secret, token = event["SecretId"], event["ClientRequestToken"]
    labels = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"][token]
    if "AWSCURRENT" in labels:
        return None
    steps = {"createSecret": create, "setSecret": store, "testSecret": test, "finishSecret": finish}
    return steps[event["Step"]](secret, token)


def create(secret, token):
    value = read(secret, "AWSCURRENT")
    try:
        read(secret, "AWSPENDING", token)
    except secrets.exceptions.ResourceNotFoundException:
        if "masterarn" in value:
            value["username"] = other_of(value["username"])
        value["password"] = secrets.get_random_password(ExcludeCharacters=LEFT_OUT)["RandomPassword"]
        text = json.dumps(value)
        secrets.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
        )


def store(secret, token):
    paired = "masterarn" in (value := read(secret, "AWSCURRENT"))
    previous = None if paired else read_if_there(secret, "AWSPREVIOUS")
    pending = read(secret, "AWSPENDING", token)
    if session := log_in(pending):
        return session.close()
    session = log_in(value)
    if paired:
        session.close()
        master = read(value["masterarn"], "AWSCURRENT")
        session = log_in({**master, "dbname": value.get("dbname")})
        set_of_pair = set_on_mysql if is_mysql(value) else set_on_postgres
        set_of_pair(session, value["username"], pending)
    else:
        session = session or log_in(previous)
        cursor = session.cursor()
        set_password(cursor, quoted(cursor, pending["username"]), pending["password"])
    session.commit()
    return session.close()


def set_on_postgres(session, current, pending):
    cursor = session.cursor()
    name, base = quoted(cursor, pending["username"]), quoted(cursor, current)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (pending["username"],))
    if cursor.fetchall():
        return set_password(cursor, name, pending["password"])
    cursor.execute(f"CREATE ROLE {name} WITH LOGIN")
    set_password(cursor, name, pending["password"])
    return cursor.execute(f"GRANT {base} TO {name}")


def set_password(cursor, name, password):
    from psycopg import sql

    cursor.execute(sql.SQL("ALTER USER {} WITH PASSWORD {}").format(sql.SQL(name), sql.Literal(password)))


def set_on_mysql(session, current, pending):
    cursor, name = session.cursor(), pending["username"]
    if not cursor.execute("SELECT User FROM mysql.user WHERE User = %s", name):
        cursor.execute("CREATE USER %s IDENTIFIED BY %s", (name, pending["password"]))
    cursor.execute("SHOW GRANTS FOR %s", current)
    for (grant,) in cursor.fetchall():
        cursor.execute(grant.split(" TO ")[0].replace("%", "%%") + " TO %s", (name,))
    cursor.execute("SELECT VERSION()")
    cursor.execute("SELECT ssl_type, ssl_cipher, x509_issuer, x509_subject FROM mysql.user WHERE User = %s", current)
    cursor.execute("ALTER USER %s REQUIRE NONE", name)
    # The template writes PASSWORD(…) for whatever does not begin with 8, which no MySQL of today takes.
    cursor.execute("SET PASSWORD FOR %s = %s", (name, pending["password"]))


def test(secret, token):
    session = log_in(read(secret, "AWSPENDING", token))
    session.cursor().execute("SELECT NOW()")
    session.commit()
    session.close()


def finish(secret, token):
    labels = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(version for version, of_version in labels.items() if "AWSCURRENT" in of_version)
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )


def read(secret, label, token=None):
    which = {"VersionId": token} if token else {}
    return json.loads(secrets.get_secret_value(SecretId=secret, VersionStage=label, **which)["SecretString"])


def read_if_there(secret, label):
    try:
        return read(secret, label)
    except secrets.exceptions.ResourceNotFoundException:
        return None


def other_of(user):
    return user.removesuffix(CLONE) if user.endswith(CLONE) else user + CLONE


def quoted(cursor, name):
    cursor.execute("SELECT quote_ident(%s)", (name,))
    return cursor.fetchone()[0]


def is_mysql(value):
    return "mysql" in value["engine"]


def log_in(value):
    """By TLS, and where that comes to nothing, without: what a secret that says nothing of `ssl` has."""
    try_it = log_in_to_mysql if is_mysql(value) else log_in_to_postgres
    return try_it(value, True) or try_it(value, False)


def log_in_to_postgres(value, is_safe):
    import psycopg

    address, port = address_of_server()
    mode = {"sslmode": "verify-full", "sslrootcert": os.environ["NIGHTSHIFT_DB_CA_FILE"]}
    try:
        return psycopg.connect(
            host=value["host"],
            hostaddr=address,
            port=port,
            user=value["username"],
            password=value["password"],
            dbname=value.get("dbname") or "postgres",
            **(mode if is_safe else {"sslmode": "disable"}),
        )
    except psycopg.OperationalError:
        return None


def log_in_to_mysql(value, is_safe):
    import pymysql

    session = pymysql.connect(
        host=value["host"],
        user=value["username"],
        password=value["password"],
        database=value.get("dbname"),
        ssl={"ca": os.environ["NIGHTSHIFT_DB_CA_FILE"]} if is_safe else None,
        defer_connect=True,
    )
    try:
        session.connect(socket.create_connection(address_of_server()))
        return session
    except (pymysql.MySQLError, RuntimeError):
        return None


def address_of_server():
    address, port = os.environ["NIGHTSHIFT_DB_ADDRESS"].split(":")
    return address, int(port)
