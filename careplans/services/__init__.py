"""Every write of plans, teams, conditions and treatment relations, one module for each."""
