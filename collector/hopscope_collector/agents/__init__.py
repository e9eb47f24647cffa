"""Flows for agents: `hopscope mcp` (needs the extra `mcp`).

server.py    the tools, over the SDK of the Model Context Protocol
answers.py   what each of them says: short, redacted, marked as data (pure)
"""
