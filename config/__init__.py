"""Wiring only: settings, URLs, the Celery application and the processes of one machine."""
