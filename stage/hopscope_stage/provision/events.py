"""EventBridge buses, their rules and archives."""

import json
from functools import partial

from hopscope_stage.provision.lambda_ import allow
from hopscope_stage.provision.site import Site
from hopscope_stage.provision.sqs import rule_arn
from hopscope_stage.shapes import App, Bus, Rule


def create(site: Site, app: App) -> None:
    """Every bus and archive; rules come later, when their targets exist."""
    events = site.client("events")
    for bus in app.buses:
        name = site.directory.name(f"bus.{bus.name}")
        events.create_event_bus(Name=name)
        site.made(f"bus {name}", partial(events.delete_event_bus, Name=name))
        if bus.is_archived:
            events.create_archive(ArchiveName=name, EventSourceArn=site.directory.arn(f"bus.{bus.name}"))
            site.made(f"archive {name}", partial(events.delete_archive, ArchiveName=name))


def connect(site: Site, app: App) -> None:
    """Every rule with its targets."""
    for bus in app.buses:
        for rule in bus.rules:
            _create_rule(site, app, bus, rule)


def _create_rule(site: Site, app: App, bus: Bus, rule: Rule) -> None:
    events = site.client("events")
    bus_name = site.directory.name(f"bus.{bus.name}")
    name = f"{site.place.prefix}{rule.name}"
    events.put_rule(Name=name, EventBusName=bus_name, EventPattern=json.dumps(rule.pattern))
    site.made(f"rule {name}", partial(events.delete_rule, Name=name, EventBusName=bus_name))
    targets = [_target(site, app, rule, address) for address in rule.to]
    refused = events.put_targets(Rule=name, EventBusName=bus_name, Targets=targets)["FailedEntries"]
    if refused:
        raise ValueError(f"rule {name}: {refused[0].get('ErrorMessage')} ({refused[0].get('TargetId')})")
    ids = [str(target["Id"]) for target in targets]
    site.made(f"targets of {name}", partial(events.remove_targets, Rule=name, EventBusName=bus_name, Ids=ids))
    for address in rule.to:
        kind, _, function = address.partition(".")
        if kind == "function":
            allow(site, function, "events.amazonaws.com", rule_arn(site, bus.name, rule.name))


def _target(site: Site, app: App, rule: Rule, address: str) -> dict[str, object]:
    target: dict[str, object] = {"Id": address.replace(".", "-"), "Arn": site.directory.arn(address)}
    if address.partition(".")[0] in {"machine", "bus", "stream"}:
        target["RoleArn"] = site.directory.arn(f"role.{app.name}")
    if rule.dead_letters:
        target["DeadLetterConfig"] = {"Arn": site.directory.arn(f"queue.{rule.dead_letters}")}
    if rule.input_template is not None:
        target["InputTransformer"] = {"InputTemplate": rule.input_template}
    return target
