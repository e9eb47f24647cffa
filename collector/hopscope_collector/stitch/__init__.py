"""Stitching: records to flows, as a pure function."""

from hopscope_collector.stitch.flows import flows_of

__all__ = ["flows_of"]
