"""Makes tenants whose limits are not what is measured; prints account id and webhook secret of each as JSON."""

from __future__ import annotations

import json
import sys

from models.database import tenant_session
from models.plan import TenantLimit
from models.tenant import create_tenant

RATE_PER_S = 10_000  # a token is asked for and taken, but there always is one


def main() -> None:
    made = []
    for number in range(int(sys.argv[1])):
        tenant = create_tenant(f"Business {number}")
        with tenant_session(tenant.tenant_id) as session:
            session.add(TenantLimit(tenant_id=tenant.tenant_id, rate_per_s=RATE_PER_S, burst=RATE_PER_S))
        made.append({"account_id": tenant.account_token, "secret": tenant.papercups_webhook_secret})
    print(json.dumps(made))


if __name__ == "__main__":
    main()
