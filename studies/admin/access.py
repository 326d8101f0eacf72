"""Who may see a page of the admin that is no list and no form of Django's own."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def allow(request: HttpRequest, *permissions: str) -> None:
    """Lets somebody on who has one of the permissions; everybody else gets a 403."""
    if not any(request.user.has_perm(permission) for permission in permissions):
        raise PermissionDenied
