"""The record format of Hopscope: what the layer writes and the collector reads.

    on Lambda, standard library only       never on Lambda
    fields    names and limits             model    the records as frozen values
    context   ids and the carrier          decode   a line to a record, or a refusal
    encode    a record to lines            errors   why a line is refused

The specification is `wire/README.md`; its examples are `wire/samples/*.json`.
This file stays empty of imports: the layer pays for every one of them.
"""
