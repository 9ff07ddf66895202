"""What a browser remembers of its reader: the name that they claim, and their time zone.

A cookie keeps it, so it survives a reload and holds in new tabs; the session is the truth while it lasts. What the
cookie says is hostile input: only what `choose_name` and `choose_zone` would take is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import parse_qsl, quote
from zoneinfo import available_timezones

import streamlit as st

from runlake.actions import claimed_name
from runlake.errors import InvalidValue, RunlakeError

COOKIE = "runlake_settings"
_NOW, _SERIAL = "settings.now", "settings.serial"
_LONGEST = 2_000  # characters: a name is at most a third of that, however it is written


@dataclass(frozen=True, slots=True)
class Settings:
    """What the reader chose.

    Attributes:
        name: who they say they are; "" is the account that started the dashboard.
        zone: their time zone; "" is the browser's.
    """

    name: str = ""
    zone: str = ""

    def cookie(self) -> str:
        """Write them as the value of a cookie; "" where nothing was chosen."""
        chosen = {"name": self.name, "zone": self.zone}
        return "&".join(f"{key}={quote(text, safe='')}" for key, text in chosen.items() if text)


def parsed(cookie: object) -> Settings:
    """Read the value of a cookie; what is not allowed in it is left out."""
    if not isinstance(cookie, str) or len(cookie) > _LONGEST:
        return Settings()
    try:
        found = dict(parse_qsl(cookie, max_num_fields=8))
    except ValueError:
        return Settings()
    name, zone = found.get("name", ""), found.get("zone", "")
    return Settings(name if is_name(name) else "", zone if zone in zones() else "")


def is_name(text: str) -> bool:
    """Return whether somebody may go by this name, in just this form."""
    try:
        return claimed_name(text) == text
    except RunlakeError:
        return False


def now() -> Settings:
    """Return what the reader has chosen."""
    known: Settings | None = st.session_state.get(_NOW)
    if known is None:
        # The cookies are those of the page load: later choices of this session are not among them.
        known = st.session_state[_NOW] = parsed(st.context.cookies.get(COOKIE, ""))
    return known


def choose_name(text: str) -> None:
    """Go by another name; "" is the account that started the dashboard.

    Raises:
        InvalidValue: it is no name.
    """
    _choose(replace(now(), name=claimed_name(text) if text.strip() else ""))


def choose_zone(zone: str) -> None:
    """Show times in another zone; "" is the browser's.

    Raises:
        InvalidValue: there is no such zone.
    """
    if zone and zone not in zones():
        raise InvalidValue("time zone", zone, "one of the IANA database, such as Europe/Berlin")
    _choose(replace(now(), zone=zone))


def chosen_since() -> int:
    """Return how often something was chosen in this session."""
    return int(st.session_state.get(_SERIAL, 0))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the names of all time zones, sorted."""
    return tuple(sorted(available_timezones()))


def _choose(settings: Settings) -> None:
    st.session_state[_NOW] = settings
    st.session_state[_SERIAL] = chosen_since() + 1
