"""Commands of the terminology."""
