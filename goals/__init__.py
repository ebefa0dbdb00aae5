"""Owns life goals, overall goals and sub-goals, their tree, evaluation and the dialogue about them."""
