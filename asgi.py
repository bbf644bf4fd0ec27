"""One port for everything over HTTP: the ingress, and by path the dashboard. Run by uvicorn as `asgi:app`."""

from config.logs import configure
from dashboard.app import ROUTES
from dashboard.openapi import DESCRIBED
from ingress.app import build

configure("web")
app = build(ROUTES, DESCRIBED)
