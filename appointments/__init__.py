"""Owns appointments of region, practice and municipality, with the law that each stands under."""
