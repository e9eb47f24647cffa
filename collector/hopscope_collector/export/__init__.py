"""What leaves Hopscope: a flow as a page, a picture, a diagram, spans.

page.py      one self-contained HTML page      graph.py, waterfall.py, sequence.py, strip.py, table.py: its parts
svg.py       the graph as one picture          layout.py, type_setting.py, icons.py: where and how things are drawn
mermaid.py   a sequence diagram for Markdown   markup.py, plain.py: no text becomes markup or acts on a screen
spans.py     OpenTelemetry spans               otlp.py hands them to a backend, feed.py while flows are collected
file.py      puts any of them into a file that only its owner reads
"""
