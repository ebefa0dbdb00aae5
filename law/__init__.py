"""The law's open questions as they were decided: who turned a switch, from which day, and why; and the page of them.

What each switch means stands in `access.open_questions`, what follows from it in the rules. Nothing here is about a
citizen.
"""
