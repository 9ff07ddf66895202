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
from urllib.parse import unquote, urlencode

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", str, float, bool, tuple[str, ...])
MAX_LENGTH = 8000  # of one value in an address
BASKET_SIZE = 1_000
# As many as can each have a look of their own; beyond, colour tells groups apart.
AT_HAND = 24


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
    longest: int = MAX_LENGTH  # of what an address may say
    names_runs: bool = False  # its items are ids of runs, which an address abbreviates
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
        if len(text) > self.longest:
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

    def write(self, shorter: Mapping[str, str] = {}) -> str | None:
        """Return the current value for an address; None where it is the default.

        Args:
            shorter: run id to what an address says for it.
        """
        return self.text(self.get(), shorter)

    def text(self, value: T, shorter: Mapping[str, str] = {}) -> str | None:
        """Return a value for an address, as `write` does; None where it is the default."""
        if value == self.default:
            return None
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, tuple):
            items = [shorter.get(item, item) for item in value] if self.names_runs else value
            # Only what would part the list is written otherwise: the address writes the rest itself.
            return ",".join(item.replace("%", "%25").replace(",", "%2C") for item in items)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def _number(self, text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            return None
        return number if self.low <= number <= self.high else None


# Shared by all pages.
# A thousand whole ids take 37,000 characters; the server takes addresses of up to 64 KiB.
BASKET = Param("", "runs", (), most=BASKET_SIZE, longest=60_000, names_runs=True)
# What runs are grouped by, which decides their colours: a column of the run table, or one of components/compare/grouping.py.
GROUPED = Param("", "grouped", "")
AS_OF = Param("", "as_of", "")
SHOWING_CHOSEN = ("compare", "evaluate")  # pages that the basket is the subject of: a saved view of theirs keeps it
SAVED = "saved"  # what a link to a saved view says, see `view_state`

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
RUNS_FACETED = Param("runs", "faceted", False)
RUNS_FACETS = Param("runs", "facets", (), most=24)  # fields as filters write them; none: what tells the runs apart
RUNS_PINS = Param("runs", "pins", ())
RUNS_LIMIT = Param("runs", "limit", 200.0, low=1, high=10_000)

# Groups of the Runs page.
SPREADS = ("interval", "sd", "median", "range")
RUNS_BY = Param("runs", "by", (), most=60)  # columns, and `query.grouped.ALL_BUT_SEED` among them
RUNS_LEFT_OUT = Param("runs", "out", ())  # what all but the seed is not to take
RUNS_OF = Param("runs", "of", ())  # columns whose numbers are summarised; none is the primary metric
RUNS_SPREADS = Param("runs", "spread", SPREADS, choices=SPREADS)
RUNS_GROUP_SORT = Param("runs", "group_sort", "")
RUNS_GROUP_ASCENDING = Param("runs", "group_asc", False)
RUNS_GROUP = Param("runs", "group", "")  # the filter of the one group that is open

# Pictures of an evaluation, and what the cells of a confusion matrix are a share of.
PICTURES = ("Confusion", "Precision–recall", "ROC", "Calibration", "Cost", "Lift", "DET", "Steps")
NUMBER_PICTURES = ("Predicted over true", "Residuals", "Histogram", "Quantiles", "Steps")
SHARES = ("Counts", "By label", "By prediction")
ORDERS = ("As logged", "By name", "By examples", "By mistakes", "By likeness")
RULES = ("", "precision", "recall", "fpr", "f1")


class Judging:
    """What the reader chose to see of evaluations; the Run and the Evaluate page keep the same, each its own."""

    def __init__(self, page: str) -> None:
        self.evaluation = Param(page, "evaluation", "")
        self.step = Param(page, "step", "")
        self.steps = Param(page, "steps", (), most=12)  # steps of one run over each other; words or numbers
        self.picture = Param(page, "picture", "", choices=tuple(dict.fromkeys((*PICTURES, *NUMBER_PICTURES))))
        self.of_class = Param(page, "class", "")
        self.micro = Param(page, "micro", False)  # all classes at once instead of one
        self.threshold = Param(page, "threshold", "")
        self.rule = Param(page, "rule", "", choices=RULES)  # a promise that sets each run's threshold
        self.target = Param(page, "target", 0.9, low=0, high=1)
        self.share = Param(page, "share", "Counts", choices=SHARES)
        self.order = Param(page, "order", "As logged", choices=ORDERS)
        self.every_class = Param(page, "every", False)
        self.cell = Param(page, "cell", ())  # label and prediction
        self.cost_fp = Param(page, "cost_fp", 1.0, low=0)
        self.cost_fn = Param(page, "cost_fn", 1.0, low=0)
        self.base_rate = Param(page, "base_rate", "")
        self.bins = Param(page, "bins", "uniform", choices=("uniform", "quantile"))
        self.bin_count = Param(page, "bin_count", 10.0, low=2, high=100)
        self.grouping = Param(page, "group", "", choices=("", "prefix", "own"))
        self.groups = Param(page, "groups", ())  # each a name and its classes, joined by |
        self.example = Param(page, "example", "")  # row of an example that is looked at

    def params(self) -> tuple[Param[Any], ...]:
        """Return all of them."""
        return tuple(vars(self).values())

    def key(self, name: str) -> str:
        """Name a widget of this page that no link carries."""
        return f"{self.evaluation.key}.{name}"


RUN_JUDGING, EVALUATE_JUDGING = Judging("run"), Judging("evaluate")

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

# The Compare page.
COMPARE_VIEW = Param("compare", "view", "Overview")  # components/compare/compare_sections.py lists what there is
COMPARE_METRICS = Param("compare", "metrics", ())
COMPARE_X = Param("compare", "x", "step", choices=AXES)
COMPARE_OVER = Param("compare", "over", "")
COMPARE_SMOOTH = Param("compare", "smooth", 0.0, low=0, high=50)
COMPARE_LOG_X = Param("compare", "logx", False)
COMPARE_LOG_Y = Param("compare", "logy", False)
COMPARE_STRETCH = Param("compare", "stretch", "")
COMPARE_ALL = Param("compare", "all", False)
COMPARE_SEARCH = Param("compare", "q", "")
COMPARE_CENTER = Param("compare", "center", "mean", choices=("mean", "median"))
COMPARE_SPREAD = Param("compare", "band", "interval", choices=("interval", "deviation", "quartiles", "range", "none"))
COMPARE_SINGLE = Param("compare", "single", False)  # the runs of each group too
COMPARE_HIDDEN = Param("compare", "hidden", ())  # groups that are not drawn
COMPARE_OPEN = Param("compare", "open", "")  # the group whose runs are listed
COMPARE_LIFTED = Param("compare", "lifted", (), most=AT_HAND, names_runs=True)  # drawn above the others
COMPARE_FIND = Param("compare", "find", "")  # in the list of runs

# The further sections of the Compare page: environment, code, console, media, tables of predictions.
COMPARE_BESIDE = Param("compare", "beside", 1.0, low=1)  # which of the runs stand beside the reference, page by page
COMPARE_OTHER = Param("compare", "other", "")  # the run that the reference is set against, where only two can be
COMPARE_ENVIRONMENT = Param("compare", "env", "")
COMPARE_FILE = Param("compare", "file", "")
COMPARE_LAYOUT = Param("compare", "layout", "Side by side", choices=("Side by side", "Unified"))
COMPARE_CONSOLE = Param("compare", "console", "Last lines", choices=("Last lines", "Difference"))
COMPARE_NUMBERS = Param("compare", "numbers", False)
COMPARE_TIMES = Param("compare", "times", False)
COMPARE_KEY = Param("compare", "key", "")
COMPARE_STEP = Param("compare", "step", "")
COMPARE_ZOOM = Param("compare", "zoom", "Fit", choices=("Fit", "100 px", "200 px", "400 px"))
COMPARE_PART = Param("compare", "part", 1.0, low=1)
COMPARE_TABLE = Param("compare", "table", "")
COMPARE_JOIN = Param("compare", "join", (), most=4)
COMPARE_ANSWER = Param("compare", "answer", "")
COMPARE_LABEL = Param("compare", "label", "")
COMPARE_ROWS = Param(
    "compare", "rows", "All", choices=("All", "Disagree", "Only in some", "Reference right", "Reference wrong")
)
COMPARE_ROW = Param("compare", "row", ())  # the key of the row that is open
COMPARE_ROWS_PART = Param("compare", "rows_part", 1.0, low=1)

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

# The page of data sets.
DATA_NAME = Param("data", "name", "", navigates=True)
DATA_VERSION = Param("data", "version", "")
DATA_SORT = Param(
    "data",
    "sort",
    "started_at",
    choices=("name", "status", "experiment", "used", "metric", "value", "user", "started_at", "duration_s"),
)
DATA_ASCENDING = Param("data", "asc", False)

# The step of a run is one for its media and its evaluations.
ALLOWED: tuple[Param[Any], ...] = tuple(
    dict.fromkeys(
        [
            *(value for value in globals().values() if isinstance(value, Param)),
            *RUN_JUDGING.params(),
            *EVALUATE_JUDGING.params(),
        ]
    )
)


def view_of(page: str) -> Param[str]:
    """Return what says which saved view `page` was opened from; the choices beside it may have changed since."""
    return Param(page, "from_view", "")


def kept(page: str) -> tuple[Param[Any], ...]:
    """Return what a saved view of `page` keeps: what its link carries, but ticks only where they are the subject."""
    shared = (BASKET, AS_OF) if page in SHOWING_CHOSEN else (AS_OF,)
    return (*shared, *(param for param in ALLOWED if param.page == page))


def replace(page: str, query: Mapping[str, str]) -> None:
    """Make `page` what `query` says, and everything else that a saved view keeps as it is by itself."""
    for param in kept(page):
        param.set(_read(param, query))


def differs(page: str, query: Mapping[str, str]) -> bool:
    """Return whether `page` is now something else than `query` makes of it."""
    return any(param.write() != param.text(_read(param, query)) for param in kept(page))


def _read(param: Param[Any], query: Mapping[str, str]) -> Any:
    value = param.read(query[param.name]) if param.name in query else None
    return param.default if value is None else value


def restore(page: str, query: Mapping[str, str]) -> bool:
    """Take over what the address says, when `page` has just been entered.

    What pages share is taken once per session only: later it would bring an old choice back.

    Returns:
        Whether the page has just been entered.
    """
    entered = st.session_state.get("frame.page") != page
    first = "frame.page" not in st.session_state
    st.session_state["frame.page"] = page
    if entered and any(param.name in query for param in ALLOWED if param.page == page):
        # A link that says what to show says anew which view that is of.
        st.session_state.pop(view_of(page).key, None)
    for param in (*ALLOWED, view_of(page)):
        wanted = (param.page == page and (entered or param.navigates)) or (param.page == "" and first)
        if wanted and param.name in query and (value := param.read(query[param.name])) is not None:
            param.set(value)
    return entered


def query_string(page: str, shorter: Mapping[str, str] = {}) -> str:
    """Return what the address of `page` should say now.

    Args:
        page: its name.
        shorter: run id to what an address says for it.
    """
    return _written(*(p for p in ALLOWED if p.page in ("", page)), view_of(page), shorter=shorter)


def kept_query(page: str) -> str:
    """Return what a saved view of `page` would keep now."""
    return _written(*kept(page))


def _written(*params: Param[Any], shorter: Mapping[str, str] = {}) -> str:
    pairs = [(param.name, param.write(shorter)) for param in params]
    # A comma may stand in a query as it is; as %2C it would make a link to 1,000 runs a fifth longer.
    return urlencode([(name, text) for name, text in pairs if text is not None], safe=",")


def link(page: str, **values: str) -> str:
    """Return a relative address of `page` with these parameters, for link columns and copied links."""
    return f"/{page}?{urlencode(values)}" if values else f"/{page}"


def basket() -> tuple[str, ...]:
    """Return the ids of the runs chosen for comparison, in the order they were chosen."""
    return BASKET.get()


def set_basket(run_ids: tuple[str, ...] | list[str]) -> None:
    """Choose exactly these runs; repeats and what exceeds the basket are dropped."""
    BASKET.set(tuple(dict.fromkeys(run_ids))[:BASKET_SIZE])
