"""The documented JSON, contract version 1: what programs read."""
