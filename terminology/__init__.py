"""Codes and what they mean: titles, areas, and the law that a municipal code carries; imports no other app."""
