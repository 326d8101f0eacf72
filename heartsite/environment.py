"""Reading settings from the environment, and saying clearly what is missing there.

Every variable may also come as NAME_FILE, the path of a file that holds it (container secrets).
"""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def value(name: str) -> str:
    """The variable, or the contents of the file that NAME_FILE points to; "" without either."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return os.environ.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error}") from error


def required(name: str, meaning: str) -> str:
    """The variable; raises ImproperlyConfigured with the remedy when it is empty."""
    found = value(name)
    if not found:
        raise ImproperlyConfigured(
            f"{name} is not set. DATABASE_URL is, so this is a production installation, which "
            f"needs {name}: {meaning}. Set it in the environment (or {name}_FILE to a file that "
            f"holds it); .env.example lists all variables."
        )
    return found


def items(name: str) -> list[str]:
    """The variable as a list, split at commas."""
    return [item.strip() for item in value(name).split(",") if item.strip()]


def number(name: str, *, default: int) -> int:
    """The variable as a whole number."""
    found = value(name)
    if not found:
        return default
    try:
        return int(found)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={found!r} is not a whole number.") from error


def flag(name: str, *, default: bool) -> bool:
    """The variable as yes (1, true, yes, on) or no (0, false, no, off)."""
    found = value(name).lower()
    if not found:
        return default
    if found in {"1", "true", "yes", "on"}:
        return True
    if found in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={found!r} is neither 1 nor 0.")


def secret_key_in(path: Path) -> str:
    """The key in this file; the first call makes it, readable for the owner alone."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64), encoding="utf-8")
        try:
            # Linking never replaces: of two processes that start together one key wins.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
