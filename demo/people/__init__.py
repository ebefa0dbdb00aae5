"""The people of the demo, told in groups; each module has a function `tell`."""
