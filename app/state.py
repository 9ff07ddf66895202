"""What the dashboard remembers and what a link carries.

The session is the truth. The address is read when a page is entered and mirrored ever after with
`history.replaceState`, so that every view is a link and Back leaves the page. Only what is listed
here can come in through an address; anything else in it is ignored.

A widget takes part by using a parameter's session key: `st.text_input(..., key=RUNS_WHERE.key,
persist_state="session")`. Code reads `RUNS_WHERE.get()` and writes `RUNS_WHERE.set(...)` in callbacks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from urllib.parse import quote, unquote, urlencode

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", str, float, bool, tuple[str, ...])
MAX_LENGTH = 8000  # of one value in an address
BASKET_SIZE = 24


@dataclass(frozen=True, slots=True)
class Param(Generic[T]):
    """One piece of state that a link may carry.

    The type of `default` says how it is written: text, number, flag or list of texts.
    """

    page: str  # "" for state that all pages share
    name: str  # in the address
    default: T
    choices: tuple[str, ...] = ()  # texts other than these are ignored
    low: float = -math.inf
    high: float = math.inf
    most: int = 200  # items of a list
    navigates: bool = False  # set by links only, so that the address is newer than the session

    @property
    def key(self) -> str:
        """The key in the session, for widgets too."""
        return f"{self.page}.{self.name}" if self.page else f"shared.{self.name}"

    def get(self) -> T:
        """Return the current value, or the default where the stored one is unusable."""
        value = st.session_state.get(self.key, self.default)
        if isinstance(self.default, tuple):
            return cast("T", tuple(str(item) for item in value or ()))
        return self.default if value is None else cast("T", value)

    def set(self, value: T) -> None:
        """Remember `value`; only in callbacks or before the widget with this key is drawn."""
        st.session_state[self.key] = list(value) if isinstance(value, tuple) else value

    def reset(self) -> None:
        """Go back to the default."""
        self.set(self.default)

    def read(self, text: str) -> T | None:
        """Read a value from an address; None for anything that is not allowed."""
        if len(text) > MAX_LENGTH:
            return None
        if isinstance(self.default, bool):
            return cast("T", {"1": True, "0": False}.get(text))
        if isinstance(self.default, float):
            return cast("T", self._number(text))
        if isinstance(self.default, tuple):
            items = [unquote(item) for item in text.split(",") if item]
            allowed = [i for i in dict.fromkeys(items) if not self.choices or i in self.choices]
            return cast("T", tuple(allowed[: self.most]))
        return cast("T", text if not self.choices or text in self.choices else None)

    def write(self) -> str | None:
        """Return the current value for an address; None where it is the default."""
        value = self.get()
        if value == self.default:
            return None
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, tuple):
            return ",".join(quote(item, safe=" /:;=@!$&'()*+?[]{}<>|^~#\"\\`") for item in value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def _number(self, text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            return None
        return number if self.low <= number <= self.high else None


# Shared by all pages.
BASKET = Param("", "runs", (), most=BASKET_SIZE)
AS_OF = Param("", "as_of", "")

# The Home page.
HOME_TEXT = Param("home", "q", "")
HOME_FOLDED = Param("home", "folded", ())
HOME_NEEDS = Param("home", "needs", "", choices=("silent", "failed", "killed", "unconcluded"))
HOME_ARCHIVED = Param("home", "archived", False)

# The Runs page.
RUNS_WHERE = Param("runs", "where", "")
RUNS_TEXT = Param("runs", "q", "")
RUNS_EXPERIMENT = Param("runs", "experiment", "")
RUNS_STATUS = Param("runs", "status", (), choices=("running", "finished", "failed", "killed"))
RUNS_USER = Param("runs", "user", ())
RUNS_SORT = Param("runs", "sort", "")  # "": the best first where an experiment says what that is, else the newest
RUNS_ASCENDING = Param("runs", "asc", False)
RUNS_PRESET = Param("runs", "show", "Summary", choices=("Summary", "Params", "Metrics", "All", "Custom"))
RUNS_COLUMNS = Param("runs", "columns", ())
RUNS_LIMIT = Param("runs", "limit", 200.0, low=1, high=10_000)

# Pictures of an evaluation, and what the cells of a confusion matrix are a share of.
PICTURES = ("Confusion", "Precision–recall", "ROC", "Calibration", "Cost", "Lift", "DET")
NUMBER_PICTURES = ("Predicted over true", "Residuals")
SHARES = ("Counts", "By label", "By prediction")

# The Run page.
RUN_ID = Param("run", "id", "", navigates=True)
RUN_VIEWS = (
    "Overview",
    "Curves",
    "Results",
    "Media",
    "Evaluation",
    "Parameters",
    "Artifacts",
    "Environment",
    "Console",
    "System",
    "Events",
    "Lineage",
    "Reproduce",
)
RUN_VIEW = Param("run", "view", "Overview", choices=RUN_VIEWS)
RUN_FILE = Param("run", "file", "")
RUN_SEARCH = Param("run", "q", "")
RUN_STEP = Param("run", "step", "")
RUN_PART = Param("run", "part", 1.0, low=1)
AXES = ("step", "relative", "time", "metric")  # of curves
RUN_X = Param("run", "x", "step", choices=AXES)
RUN_OVER = Param("run", "over", "")  # the metric that is the x axis, where that is one
RUN_SMOOTH = Param("run", "smooth", 0.0, low=0, high=50)
RUN_LOG_X = Param("run", "logx", False)
RUN_LOG_Y = Param("run", "logy", False)
RUN_STRETCH = Param("run", "stretch", "")
RUN_BY = Param("run", "by", "metric", choices=("metric", "key"))

RUN_EVALUATION = Param("run", "evaluation", "")
RUN_PICTURE = Param("run", "picture", "", choices=(*PICTURES, *NUMBER_PICTURES))
RUN_CLASS = Param("run", "class", "")
RUN_THRESHOLD = Param("run", "threshold", "")
RUN_SHARE = Param("run", "share", "Counts", choices=SHARES)
RUN_CELL = Param("run", "cell", ())
RUN_COST_FP = Param("run", "cost_fp", 1.0, low=0)
RUN_COST_FN = Param("run", "cost_fn", 1.0, low=0)

# The Evaluate page.
EVALUATE_EVALUATION = Param("evaluate", "evaluation", "")
EVALUATE_STEP = Param("evaluate", "step", "")
EVALUATE_PICTURE = Param("evaluate", "picture", "", choices=(*PICTURES, *NUMBER_PICTURES))
EVALUATE_CLASS = Param("evaluate", "class", "")
EVALUATE_THRESHOLD = Param("evaluate", "threshold", "")
EVALUATE_SHARE = Param("evaluate", "share", "Counts", choices=SHARES)
EVALUATE_CELL = Param("evaluate", "cell", ())
EVALUATE_COST_FP = Param("evaluate", "cost_fp", 1.0, low=0)
EVALUATE_COST_FN = Param("evaluate", "cost_fn", 1.0, low=0)

# The Compare page.
COMPARE_METRICS = Param("compare", "metrics", ())
COMPARE_X = Param("compare", "x", "step", choices=AXES)
COMPARE_OVER = Param("compare", "over", "")
COMPARE_SMOOTH = Param("compare", "smooth", 0.0, low=0, high=50)
COMPARE_LOG_X = Param("compare", "logx", False)
COMPARE_LOG_Y = Param("compare", "logy", False)
COMPARE_STRETCH = Param("compare", "stretch", "")
COMPARE_ALL = Param("compare", "all", False)
COMPARE_SEARCH = Param("compare", "q", "")

# The Explore page. Axes and metrics are columns of the run table.
EXPLORE_VIEWS = ("Parallel", "Scatter", "Importance")
EXPLORE_WHERE = Param("explore", "where", "")
EXPLORE_EXPERIMENT = Param("explore", "experiment", "")
EXPLORE_VIEW = Param("explore", "view", "Parallel", choices=EXPLORE_VIEWS)
EXPLORE_METRIC = Param("explore", "metric", "")
EXPLORE_OF = Param("explore", "of", "", choices=("", "last", "min", "max", "mean"))
EXPLORE_HIGHER = Param("explore", "higher", ())  # columns of which the reader said which way is better
EXPLORE_LOWER = Param("explore", "lower", ())
EXPLORE_AXES = Param("explore", "axes", ())
EXPLORE_TURNED = Param("explore", "turned", ())  # axes that have the other scale than they would by themselves
EXPLORE_BRUSH = Param("explore", "brush", ())  # filters of one column each
EXPLORE_X = Param("explore", "x", "")
EXPLORE_Y = Param("explore", "y", "")
EXPLORE_COLOUR = Param("explore", "colour", "")
EXPLORE_MATRIX = Param("explore", "matrix", False)

ALLOWED: tuple[Param[Any], ...] = tuple(value for value in globals().values() if isinstance(value, Param))


def restore(page: str, query: Mapping[str, str]) -> bool:
    """Take over what the address says, when `page` has just been entered.

    What pages share is taken once per session only: later it would bring an old choice back.

    Returns:
        Whether the page has just been entered.
    """
    entered = st.session_state.get("frame.page") != page
    first = "frame.page" not in st.session_state
    st.session_state["frame.page"] = page
    for param in ALLOWED:
        wanted = (param.page == page and (entered or param.navigates)) or (param.page == "" and first)
        if wanted and param.name in query and (value := param.read(query[param.name])) is not None:
            param.set(value)
    return entered


def query_string(page: str) -> str:
    """Return what the address of `page` should say now."""
    pairs = [(p.name, p.write()) for p in ALLOWED if p.page in ("", page)]
    return urlencode([(name, text) for name, text in pairs if text is not None])


def link(page: str, **values: str) -> str:
    """Return a relative address of `page` with these parameters, for link columns and copied links."""
    return f"/{page}?{urlencode(values)}" if values else f"/{page}"


def basket() -> tuple[str, ...]:
    """Return the ids of the runs chosen for comparison, in the order they were chosen."""
    return BASKET.get()


def set_basket(run_ids: tuple[str, ...] | list[str]) -> None:
    """Choose exactly these runs; repeats and what exceeds the basket are dropped."""
    BASKET.set(tuple(dict.fromkeys(run_ids))[:BASKET_SIZE])
