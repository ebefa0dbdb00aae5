"""The demo: a small believable population, its personas, and the tour that walks them. Never loaded in production."""
