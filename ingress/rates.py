"""The standard RateLimit headers for what a token bucket said. Pure.

After draft-ietf-httpapi-ratelimit-headers (08 and later: two lists of strings with parameters). A bucket is told as a quota
of `burst` requests in the window that fills it, and `t` is when the next request is given back, so that Retry-After is
never earlier, as the draft asks. A rate of nothing has no window and no such time: both parameters are optional.
"""

from __future__ import annotations

import math
from collections.abc import MutableMapping
from typing import Any

from clients.queue import BucketState
from ingress.middleware import WANTED

_ROUNDED_S = 0.001  # what the whole milliseconds of `reset_ms` may be too long


def tell(scope: MutableMapping[str, Any], limit: BucketState, rate_per_s: float) -> None:
    """Put the headers on whatever answer this request ends with."""
    scope.setdefault(WANTED, {}).update(rate_limit_headers(limit, rate_per_s))


def rate_limit_headers(limit: BucketState, rate_per_s: float) -> dict[str, str]:
    """Both headers. Whose bucket it is stays out: of `session:…` only `session` is said."""
    name, _, _ = limit.name.partition(":")
    policy, state = f'"{name}";q={limit.burst}', f'"{name}";r={limit.remaining}'
    if rate_per_s > 0:
        policy += f";w={math.ceil(limit.burst / rate_per_s)}"
        state += f";t={_next_token_s(limit, rate_per_s)}"
    return {"RateLimit-Policy": policy, "RateLimit": state}


def _next_token_s(limit: BucketState, rate_per_s: float) -> int:
    """Whole seconds until one more request is possible than now."""
    if limit.remaining >= limit.burst:
        return 0
    until_full_s = limit.reset_ms / 1000 - _ROUNDED_S
    return max(0, math.ceil(until_full_s - (limit.burst - limit.remaining - 1) / rate_per_s))
