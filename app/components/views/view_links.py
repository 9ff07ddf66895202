"""Saved views as a list of real links: a click opens one here, and each can be copied or opened in a tab of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

import state
import view_state
from components import format, links
from components.browser_part import part
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADS = ("View", "Page", "For", "Saved by", "Last changed", "Description")
_LONGEST = 200  # characters of a text in the list


def menu(rows: Sequence[dict[str, Any]], *, opened: str, key: str) -> None:
    """Draw name and origin of each view.

    Args:
        rows: of `Lake.views`.
        opened: id of the view that is open; "" for none.
        key: of the list.
    """
    _draw([_row(row, (_whose(row),)) for row in rows], heads=(), opened=opened, key=key)


def table(rows: Sequence[dict[str, Any]], *, opened: str, key: str) -> None:
    """Draw what is to know of each view; see `menu`."""
    cells = (
        (
            row["page"].capitalize(),
            "you" if row["visibility"] == "private" else "everybody",
            _who(row["user"]),
            format.ago(row["changed_at"])
            + ("" if row["changed_by"] == row["user"] else f" by {_who(row['changed_by'])}"),
            row["description"] or "",
        )
        for row in rows
    )
    _draw([_row(row, told) for row, told in zip(rows, cells, strict=True)], heads=_HEADS, opened=opened, key=key)


def told(row: dict[str, Any]) -> str:
    """Say whose a view is, who sees it, and what it is for."""
    whose = _whose(row)
    return ". ".join(in_order(part) for part in (whose[0].upper() + whose[1:], row["description"]) if part)


def _whose(row: dict[str, Any]) -> str:
    return "private" if row["visibility"] == "private" else f"shared by {_who(row['user'])}"


def _who(user: str | None) -> str:
    return user or "somebody who is not recorded"


def _row(row: dict[str, Any], cells: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row["view_id"],
        "href": state.link(row["page"], **{state.SAVED: row["view_id"]}),
        "title": told(row)[:_LONGEST],
        "cells": [in_order(cell)[:_LONGEST] for cell in (row["name"], *cells)],
    }


def _draw(rows: Sequence[dict[str, Any]], *, heads: Sequence[str], opened: str, key: str) -> None:
    shown = {"rows": list(rows), "heads": list(heads), "open": opened}
    part("view_links")(data=shown, key=key, on_opened_change=lambda: _open(key), height="content")


def _open(key: str) -> None:
    clicked = st.session_state.get(key)
    view_id = clicked.get("opened") if clicked else None
    if isinstance(view_id, str):
        view_state.ask(view_id)


def known(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the views of pages that this version does not have."""
    return [row for row in rows if links.to(row["page"]) is not None]
