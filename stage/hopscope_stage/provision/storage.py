"""DynamoDB tables, Kinesis streams, S3 buckets and folders of parameters."""

from functools import partial

from hopscope_stage.provision.site import Site
from hopscope_stage.shapes import App, Bucket, Stream, Table

WAIT = {"Delay": 1, "MaxAttempts": 60}
"""An emulator is ready at the first look, AWS within a minute."""


def create(site: Site, app: App) -> None:
    """Everything that keeps data."""
    for table in app.tables:
        create_table(site, table)
    for stream in app.streams:
        create_stream(site, stream)
    for bucket in app.buckets:
        create_bucket(site, bucket)
    for parameters in app.parameters:
        folder = f"/{site.directory.name(f'parameters.{parameters.name}')}"
        site.made(f"parameters in {folder}", partial(_delete_parameters, site, folder))


def create_table(site: Site, table: Table) -> None:
    """A table that is paid by request, with a stream of both images if asked for."""
    dynamodb = site.client("dynamodb")
    name = site.directory.name(f"table.{table.name}")
    streamed = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": table.key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": table.key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **(streamed if table.is_streamed else {}),
    )
    site.made(f"table {name}", partial(dynamodb.delete_table, TableName=name))
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig=WAIT)
    if table.is_streamed:
        described = dynamodb.describe_table(TableName=name)["Table"]
        site.directory.learn(f"table.{table.name}", stream_arn=described["LatestStreamArn"])


def create_stream(site: Site, stream: Stream) -> None:
    """A stream with a fixed number of shards."""
    kinesis = site.client("kinesis")
    name = site.directory.name(f"stream.{stream.name}")
    kinesis.create_stream(StreamName=name, ShardCount=stream.shards)
    site.made(f"stream {name}", partial(kinesis.delete_stream, StreamName=name))
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=WAIT)
    site.directory.learn(f"stream.{stream.name}", stream_arn=site.directory.arn(f"stream.{stream.name}"))


def create_bucket(site: Site, bucket: Bucket) -> None:
    """A bucket in the deployment's region."""
    s3 = site.client("s3")
    name = site.directory.name(f"bucket.{bucket.name}")
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": site.place.region}}
    s3.create_bucket(Bucket=name, **(elsewhere if site.place.region != "us-east-1" else {}))
    site.made(f"bucket {name}", partial(_delete_bucket, site, name))


def _delete_bucket(site: Site, name: str) -> None:
    s3 = site.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=name, Key=item["Key"])
    s3.delete_bucket(Bucket=name)


def _delete_parameters(site: Site, folder: str) -> None:
    ssm = site.client("ssm")
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=folder, Recursive=True):
        for parameter in page["Parameters"]:
            ssm.delete_parameter(Name=parameter["Name"])
