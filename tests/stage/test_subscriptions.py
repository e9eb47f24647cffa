"""What log subscriptions deliver into streams, as CloudFormation declares them."""

import gzip
import json
import time
from typing import Any

import pytest

from hopscope_stage import Stage

pytestmark = pytest.mark.stage

TEMPLATE = {
    "Resources": {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "subscribed", "ShardCount": 1}},
        "Destination": {
            "Type": "AWS::Logs::Destination",
            "Properties": {
                "DestinationName": "subscribed",
                "RoleArn": "arn:aws:iam::000000000000:role/any",
                "TargetArn": {"Fn::GetAtt": ["Stream", "Arn"]},
            },
        },
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/subscribed"}},
        "Filter": {
            "Type": "AWS::Logs::SubscriptionFilter",
            "Properties": {
                "LogGroupName": {"Ref": "Group"},
                "FilterPattern": '?hopscope ?"REPORT RequestId:"',
                "DestinationArn": {"Fn::GetAtt": ["Destination", "Arn"]},
            },
        },
    }
}


def test_a_subscription_through_a_destination_delivers_the_lines_that_fit_any_word(stage: Stage) -> None:
    formation, logs = stage.client("cloudformation"), stage.client("logs")
    formation.create_stack(StackName="subscribed", TemplateBody=json.dumps(TEMPLATE))
    formation.get_waiter("stack_create_complete").wait(StackName="subscribed", WaiterConfig={"Delay": 1})
    logs.create_log_stream(logGroupName="/subscribed", logStreamName="one")

    lines = ['{"hopscope":1}', "a line of the user's", "REPORT RequestId: r-1"]
    now_ms = int(time.time() * 1_000)
    events = [{"timestamp": now_ms, "message": line} for line in lines]
    logs.put_log_events(logGroupName="/subscribed", logStreamName="one", logEvents=events)

    control, data = payloads_in(stage, "subscribed")
    assert control["messageType"] == "CONTROL_MESSAGE"
    assert {name: data[name] for name in ("messageType", "logGroup", "logStream")} == {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/subscribed",
        "logStream": "one",
    }
    assert [event["message"] for event in data["logEvents"]] == [lines[0], lines[2]]
    assert len({event["id"] for event in data["logEvents"]}) == 2

    formation.delete_stack(StackName="subscribed")
    formation.get_waiter("stack_delete_complete").wait(StackName="subscribed", WaiterConfig={"Delay": 1})
    assert logs.describe_destinations()["destinations"] == []


def payloads_in(stage: Stage, stream: str) -> list[Any]:
    kinesis = stage.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName=stream)["Shards"]
    asked = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    records = kinesis.get_records(ShardIterator=kinesis.get_shard_iterator(**asked)["ShardIterator"])["Records"]
    return [json.loads(gzip.decompress(record["Data"])) for record in records]
