"""The WSGI application that the web server runs."""

import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("STATEMENT_SECONDS", "20")
_data = os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / ".data"
os.environ.setdefault("RATE_FILE", str(Path(_data).resolve() / "limits"))
application = get_wsgi_application()

from identity.revocation import watch  # noqa: E402  what it watches is a table of an app, which must be ready

watch.start()
