"""Owns units (SOR), professionals, employments, permits and treatment relations with their evidence."""
