"""OpenTelemetry in: services without the layer take part in flows.

body ──request──▶ spans ──records──▶ `Span` records, kept as they came       (needs the extra `listen`)
                                         │ when a flow is read
                                         ▼
                  stitch/spans.py: which of them are hops, which are sends   (pure)

semantics   the words of the semantic conventions that tell of messages      privacy   what is not kept
"""
