"""What `bench.ingress` compares with: the least a webhook endpoint can do. Reads the JSON, one RPUSH, 202."""

from __future__ import annotations

import json
import os

import redis.asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])


async def webhook(request: Request) -> JSONResponse:
    await client.rpush("bare", json.dumps(await request.json()))
    return JSONResponse({"status": "accepted"}, 202)


app = Starlette(routes=[Route("/papercups/webhook", webhook, methods=["POST"])])
