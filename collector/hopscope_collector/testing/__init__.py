"""Flows in tests: what the pytest plugin gives, for those who want it without the fixture.

plugin.py    options and fixtures; imports nothing else of ours until a test asks for flows
flows.py     FlowsUnderTest: collects, and waits until a flow has settled
flow.py      FlowUnderTest: what a test says of one flow
paths.py     `place-order > order_placed > notify-restaurant` (pure)
drawn.py     a flow as a few lines of text, for messages and comparisons (pure)
"""
