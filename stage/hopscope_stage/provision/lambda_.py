"""Lambda functions, the layer, and what polls queues and streams for them."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from hopscope_stage.attach import handler_of, variables_of
from hopscope_stage.bundle import zip_of
from hopscope_stage.errors import NotDeployed
from hopscope_stage.provision.site import Client, Site
from hopscope_stage.shapes import App, Function, Source

READY_WITHIN_S = 60.0
LAYER = "hopscope"


def create(site: Site, app: App, runtime: str) -> None:
    """Every function, ready to be invoked.

    Args:
        runtime: what Lambda calls the interpreter: `python3.13`.
    """
    layers = [publish_layer(site)] if site.attachment.how != "none" else []
    for function in app.functions:
        _create_function(site, app, function, {"Runtime": runtime, "Layers": layers if function.is_traced else []})
    for function in app.functions:
        _wait_until_active(site.client("lambda"), site.directory.name(f"function.{function.name}"))


def publish_layer(site: Site) -> str:
    """The layer's zip as a layer version; its ARN."""
    assert site.attachment.layer_zip is not None
    client = site.client("lambda")
    name = f"{site.place.prefix}{LAYER}"
    content = {"ZipFile": site.attachment.layer_zip.read_bytes()}
    layer = client.publish_layer_version(LayerName=name, Content=content)
    version = layer["Version"]
    site.made(f"layer {name}", partial(client.delete_layer_version, LayerName=name, VersionNumber=version))
    return str(layer["LayerVersionArn"])


def _create_function(site: Site, app: App, function: Function, runtime: Mapping[str, object]) -> None:
    client = site.client("lambda")
    name = site.directory.name(f"function.{function.name}")
    variables = variables_of(function, site.attachment, app.keys)
    _when_the_role_is_known(
        partial(
            client.create_function,
            FunctionName=name,
            Role=site.directory.arn(f"role.{app.name}"),
            Handler=handler_of(function, site.attachment),
            Code={"ZipFile": zip_of(function.code)},
            Timeout=function.timeout_s,
            Environment={"Variables": {key: site.directory.fill(value) for key, value in variables.items()}},
            # On AWS every invocation has an X-Ray header, sampled or not; emulators make one only for this mode.
            TracingConfig={"Mode": "Active"},
            **runtime,
        )
    )
    site.made(f"function {name}", partial(client.delete_function, FunctionName=name))
    site.made(f"log group of {name}", partial(_delete_log_group, site, name))
    if function.async_retries is not None or function.on_failure:
        _set_asynchronous(site, client, function)


def _set_asynchronous(site: Site, client: Client, function: Function) -> None:
    retries = {} if function.async_retries is None else {"MaximumRetryAttempts": function.async_retries}
    failure = function.on_failure
    destination = {"DestinationConfig": {"OnFailure": {"Destination": site.directory.arn(failure)}}} if failure else {}
    client.put_function_event_invoke_config(
        FunctionName=site.directory.name(f"function.{function.name}"), **retries, **destination
    )


def _delete_log_group(site: Site, function: str) -> None:
    site.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{function}")


def _when_the_role_is_known(create_function: Callable[[], object]) -> None:
    """AWS needs some seconds before a role that was just made can be assumed."""
    give_up_s = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            create_function()
        except ClientError as refused:
            if "cannot be assumed" not in str(refused) or time.monotonic() > give_up_s:
                raise
            time.sleep(1)
        else:
            return


def _wait_until_active(client: Client, name: str) -> None:
    give_up_s = time.monotonic() + READY_WITHIN_S
    while (state := client.get_function_configuration(FunctionName=name).get("State", "Active")) != "Active":
        if state == "Failed" or time.monotonic() > give_up_s:
            raise NotDeployed(f"function {name} is {state} after {READY_WITHIN_S:.0f} s; expected Active")
        time.sleep(0.05)


def allow(site: Site, function: str, service: str, source_arn: str) -> None:
    """Let a topic, a rule or an API invoke the function; gone with the function."""
    site.client("lambda").add_permission(
        FunctionName=site.directory.name(f"function.{function}"),
        StatementId="-".join([service.partition(".")[0], *source_arn.split(":")[5:]]).translate(UNFIT_FOR_AN_ID)[:100],
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source_arn,
    )


UNFIT_FOR_AN_ID = str.maketrans(dict.fromkeys("/*{}.:", "-"))


def connect(site: Site, app: App) -> None:
    """Every event source mapping."""
    for source in app.sources:
        _create_source(site, source)


def _create_source(site: Site, source: Source) -> None:
    client = site.client("lambda")
    is_queue = source.of.startswith("queue.")
    options: dict[str, Any] = {}
    if not is_queue:
        options["StartingPosition"] = "TRIM_HORIZON"
        options["BisectBatchOnFunctionError"] = source.bisects
    if source.max_retries is not None:
        options["MaximumRetryAttempts"] = source.max_retries
    if source.reports_failures:
        options["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
    mapping = client.create_event_source_mapping(
        EventSourceArn=site.directory.arn(source.of) if is_queue else site.directory.get(source.of, "stream_arn"),
        FunctionName=site.directory.name(f"function.{source.to}"),
        BatchSize=source.batch_size,
        MaximumBatchingWindowInSeconds=source.window_s,
        **options,
    )
    site.made(f"source {source.of}", partial(client.delete_event_source_mapping, UUID=mapping["UUID"]))
