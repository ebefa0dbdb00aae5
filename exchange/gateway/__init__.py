"""The municipal gateway's delivery reports: care (nursing and home care), rehabilitation and prevention."""
