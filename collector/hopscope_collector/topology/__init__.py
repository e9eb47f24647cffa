"""The declared topology: who should get what, as the deployed template or a live account says it.

model      nodes, routes and sends as frozen values          read        the file `serverless hopscope topology` writes
patterns   event patterns and filter policies, as AWS does   reach       what a send should reach
account    the same file from a live account, read-only
"""
