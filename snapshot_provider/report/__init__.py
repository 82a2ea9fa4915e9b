"""The picture of a stack: one self-contained HTML page, made from its state and from what the service says.

`command` is the command line, `gather` asks, `model` decides what state a job is in, `layout` computes where things are
drawn, `page` writes the HTML. Only `gather` calls anything.
"""
