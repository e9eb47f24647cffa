"""What leaves Hopscope: a flow as a page, a picture, a diagram, spans.

page.py      one self-contained HTML page      graph.py, waterfall.py, sequence.py, table.py: its parts
svg.py       the graph as one picture
mermaid.py   a sequence diagram for Markdown
file.py      puts any of them into a file that only its owner reads
"""
