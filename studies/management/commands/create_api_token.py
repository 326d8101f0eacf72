from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from knox.models import AuthToken

LONGEST_DAYS = 366


class Command(BaseCommand):
    help = "Makes a token for the REST API and prints it once; only a hash of it is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="a member of staff, as made in the admin or by createsuperuser")
        parser.add_argument("--days", type=int, default=90, help="after how many days it expires (90)")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {LONGEST_DAYS}")
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"no user {options['username']!r}")
        if not (user.is_active and user.is_staff):
            raise CommandError(
                f"{user.get_username()!r} is not active staff, so the API would refuse the token"
            )
        row, token = AuthToken.objects.create(user=user, expiry=timedelta(days=days))
        self.stderr.write(f"Valid until {row.expiry:%Y-%m-%d %H:%M} UTC. It is not shown again.")
        self.stdout.write(token)
