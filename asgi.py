"""One port for everything over HTTP: the ingress, and by path the dashboard. Run by uvicorn as `asgi:app`."""

import gc

from config.logs import configure
from dashboard.app import ROUTES
from dashboard.openapi import DESCRIBED
from ingress.app import build

configure("web")
app = build(ROUTES, DESCRIBED)
gc.collect()
gc.freeze()  # what is loaded by now stays: a full collection would stop every request for 50 ms
