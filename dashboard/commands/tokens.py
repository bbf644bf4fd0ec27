"""`manage.py admin` and `manage.py customer`: tokens for operators and businesses, printed once."""

from __future__ import annotations

import argparse

from dashboard.commands.adding import Commands, Parser, add, add_group, add_tenant


def add_to(commands: Commands[Parser]) -> None:
    """token, revoke, of both kinds."""
    admin = add_group(commands, "admin", "Operators' tokens.")
    add(admin, "token", admin_token, "Print a token for /api/v1/admin, once; it counts for 30 days.")
    add(admin, "revoke", revoke_admin, "End every operator's token.")
    customer = add_group(commands, "customer", "A business's tokens.")
    text = "Print a token for /api/v1/customer and a link that opens the business's page, once."
    add_tenant(add(customer, "token", customer_token, text))
    add_tenant(add(customer, "revoke", revoke_customer, "End every token, link and session of a business."))


def admin_token(asked: argparse.Namespace) -> int:
    from models.token import issue_admin_token

    print(issue_admin_token())
    return 0


def revoke_admin(asked: argparse.Namespace) -> int:
    from models.token import revoke_admin_tokens

    print(f"{revoke_admin_tokens()} ended.")
    return 0


def customer_token(asked: argparse.Namespace) -> int:
    from config.errors import NotFound
    from config.settings import settings
    from models.token import issue_customer_link

    try:
        token, code = issue_customer_link(asked.tenant)
    except NotFound:
        raise SystemExit(f"There is no tenant {asked.tenant}.") from None
    address = settings().dashboard_url or settings().external_url
    print(f"{'token':<7}{token}\n{'link':<7}{address}/customer/open?code={code}")
    print("\nNeither is shown again. The link works once, the token 30 days.")
    return 0


def revoke_customer(asked: argparse.Namespace) -> int:
    from models.token import revoke_customer_tokens

    print(f"{revoke_customer_tokens(asked.tenant)} ended.")
    return 0
