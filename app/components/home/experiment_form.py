"""The form that changes what an experiment declares; what goes wrong is said in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components import changing, finding
from components.apart import apart
from components.home import pins
from reads import data
from runlake.actions import DIRECTIONS, REDUCERS, Details
from runlake.errors import InvalidValue, RunlakeError
from runlake.formats import in_order
from runlake.query import splits

if TYPE_CHECKING:
    from collections.abc import Mapping

_RECENT = 200  # runs whose metrics are on offer
_TEXTS = ("description", "owner", "primary_metric", "reducer", "direction")
_NOT_DECLARED = "Not declared"


def show(declared: Mapping[str, Any]) -> bool:
    """Draw the form.

    Args:
        declared: a row of `Lake.experiments`.

    Returns:
        Whether it has just been saved.
    """
    with st.form(f"home.edit.{declared['experiment_id']}", border=False):
        given = _fields(declared)
        reason = st.text_input("Reason", placeholder="Why? Kept with the change", key=_key(declared, "reason"))
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if not sent:
        return False
    try:
        details = changes(declared, given)
        changing.edit(declared["path"], details, reason=reason, done=f"Saved {declared['path']}.")
    except RunlakeError as error:
        finding.show("This was not saved.", str(error))
        return False
    return True


def _key(declared: Mapping[str, Any], field: str) -> str:
    return f"home.edit.{declared['experiment_id']}.{field}"


def _fields(declared: Mapping[str, Any]) -> dict[str, str]:
    given = {
        "description": st.text_area(
            "Description", _shown(declared["description"]), height=96, key=_key(declared, "description")
        ),
        "owner": st.text_input("Owner", _shown(declared["owner"]), key=_key(declared, "owner")),
        "tags": st.text_area(
            "Tags",
            written(pins.tags_of(declared)),
            height=96,
            placeholder="One in a line: key=value",
            key=_key(declared, "tags"),
        ),
    }
    metric, direction, reducer = st.columns((5, 4, 4), gap="small")
    with metric:
        given["primary_metric"] = _metric(declared)
    with direction:
        given["direction"] = _choice(declared, "direction", "Best is", DIRECTIONS, _NOT_DECLARED)
    with reducer:
        given["reducer"] = _choice(declared, "reducer", "Of each run, its", REDUCERS, "best value")
    given["splits"] = st.text_area(
        "Splits",
        written_splits(declared),
        height=96,
        placeholder="One in a line: key=metric@split, such as loss=loss@train or holdout/*=*@holdout",
        help="Which keys are one metric on several splits of the data, where their names do not say so. "
        "A line that ends with = says that the key is of no split.",
        key=_key(declared, "splits"),
    )
    return given


def _metric(declared: Mapping[str, Any]) -> str:
    now = declared["primary_metric"] or None
    recent = data.runs(columns=("metrics.*", "summary.*"), experiment=f"{declared['path']}/.", limit=_RECENT)
    keys = list(dict.fromkeys(([now] if now else []) + [column.partition(".")[2] for column in recent.columns]))
    chosen = st.selectbox(
        "Primary metric",
        keys,
        index=0 if now else None,
        key=_key(declared, "primary_metric"),
        format_func=apart(keys, in_order),
        placeholder=_NOT_DECLARED,
        accept_new_options=True,
    )
    return chosen or ""


def _choice(declared: Mapping[str, Any], field: str, label: str, known: tuple[str, ...], nothing: str) -> str:
    now = declared[field] or ""
    options = tuple(dict.fromkeys(("", *known, now)))
    chosen = st.selectbox(
        label,
        options,
        index=options.index(now),
        key=_key(declared, field),
        format_func=lambda word: in_order(word) or nothing,
    )
    return str(chosen)


def _shown(text: str | None) -> str:
    return in_order(text or "")


def written(tags: Mapping[str, list[str]]) -> str:
    """Write tags as lines, but for the pin and for those that would not come back as they were.

    >>> written({"team": ["risk", "fraud"], "flag": [], "pinned": ["ana"]})
    'team=risk\\nteam=fraud\\nflag'
    """
    lines = {key: [f"{key}={value}" for value in values] or [key] for key, values in tags.items() if key != pins.TAG}
    kept = (one for key, one in lines.items() if read("\n".join(one)) == {key: list(tags[key])})
    return in_order("\n".join(line for one in kept for line in one))


def read(text: str) -> dict[str, list[str]]:
    """Read tags from lines.

    >>> read("team = risk\\n\\nteam=fraud\\nflag")
    {'team': ['risk', 'fraud'], 'flag': []}

    Raises:
        InvalidValue: a line has no key.
    """
    tags: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, has_value, value = (part.strip() for part in line.partition("="))
        if not key and not has_value:
            continue
        if not key:
            raise InvalidValue("tag", line, "key=value, one in a line")
        tags.setdefault(key, [])
        if has_value:
            tags[key].append(value)
    return tags


def written_splits(declared: Mapping[str, Any]) -> str:
    """Write the declared splits as lines, but for those that would not come back as they were."""
    return in_order("\n".join(_said_splits(declared)))


def _said_splits(declared: Mapping[str, Any]) -> list[str]:
    return [line for line in splits.lines_of(splits.rules_of(declared["splits"])) if in_order(line) == line]


def changes(declared: Mapping[str, Any], given: Mapping[str, str]) -> Details:
    """Take what differs from what was shown; the rest stays what it is, whoever may have changed it meanwhile.

    Raises:
        InvalidValue: nothing differs, a line of the tags has no key, one of the splits is no rule, or metric and
            direction do not go together.
    """
    shown = {name: _shown(declared[name]) for name in _TEXTS} | {"tags": written(pins.tags_of(declared))}
    # What is chosen from a list comes as it is, what is typed comes as it was shown.
    shown |= {name: declared[name] or "" for name in ("primary_metric", "reducer", "direction")}
    changed = {name: given[name].strip() for name in _TEXTS if given[name].strip() != shown[name].strip()}
    if {"primary_metric", "direction"} & changed.keys() and bool(given["primary_metric"]) != bool(given["direction"]):
        missing = "direction" if given["primary_metric"] else "primary metric"
        raise InvalidValue(missing, "nothing", "a metric and which way is better, or neither of them")
    tags = _changed_tags(read(shown["tags"]), read(given["tags"]))
    rules = _changed_splits(declared, given["splits"])
    if not changed and not tags and rules is None:
        raise InvalidValue("experiment", "nothing that differs", "at least one change")
    return Details(**changed, tags=tags or None, splits=rules)


def _changed_splits(declared: Mapping[str, Any], given: str) -> dict[str, tuple[str, str] | None] | None:
    """Return all rules where the lines say something new; those that no line can say stay."""
    before = splits.read_lines(_said_splits(declared))
    now = splits.read_lines(given.splitlines())
    unsaid = {key: said for key, said in splits.rules_of(declared["splits"]).items() if key not in before}
    return None if now == before else {**unsaid, **now}


def _changed_tags(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> dict[str, list[str] | None]:
    gone: dict[str, list[str] | None] = {key: None for key in before if key not in now}
    return gone | {key: values for key, values in now.items() if before.get(key) != values}
