"""The WSGI application that a web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# A visitor waits no longer than this, and a process that waits serves nobody else.
os.environ.setdefault("STATEMENT_SECONDS", "15")
os.environ.setdefault("LOCK_SECONDS", "5")
application = get_wsgi_application()
