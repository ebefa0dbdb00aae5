"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("STATEMENT_SECONDS", "20")
application = get_wsgi_application()

from identity.revocation import watch  # noqa: E402  what it watches is a table of an app, which must be ready

watch.start()
