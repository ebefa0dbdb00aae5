"""The access engine: actors, gates, rules, policies, decisions and grounds; owns no tables."""
