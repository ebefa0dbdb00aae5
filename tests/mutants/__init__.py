"""Planted faults: each gate removed, each part of a condition left out, each boundary moved by its equality.

`make mutants` (`python -m tests.mutants`) plants one at a time in the rules as they are registered, asks the questions
that ought to notice, and prints what noticed it or that it SURVIVED. No production code knows of this.
"""
