"""The law a second time: plain Python over plain facts, sharing no code with the service it judges.

`world` the facts, `matrices` the tables, `rules.decide` and `writing.may_write` the answers, `generate.worlds` steered
worlds, `pivots` which gate turned an answer, `stage` the cast of the named cases.
"""
