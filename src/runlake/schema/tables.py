"""The one list of tables: journal, store, documentation and checks all read it."""

from __future__ import annotations

from runlake.schema.column import Column, Kind, Table

_TS = Column("ts", Kind.TIME, "When it happened: the time claimed by the caller, else `logged_at`.", required=True)

RUNS = Table(
    "runs",
    "One patch of a run's header: only the fields that it sets are not null.",
    key=("run_id", "writer", "seq"),
    sort=("run_id", "writer", "seq"),
    columns=(
        _TS,
        Column("experiment_id", Kind.TEXT, "Stable id of the experiment."),
        Column("name", Kind.TEXT, "Display name; not unique."),
        Column("status", Kind.TEXT, "running, finished, failed or killed."),
        Column("inferred", Kind.BOOL, "True where another process concluded the status from a dead writer."),
        Column("status_of", Kind.TEXT, "The writer whose status this is."),
        Column("started_at", Kind.TIME, "When the run started."),
        Column("ended_at", Kind.TIME, "When the run ended; for a killed run, its last sign of life."),
        Column("heartbeat_at", Kind.TIME, "Last sign of life of a running writer."),
        Column("actor_id", Kind.TEXT, "Who started the run; see `identities`."),
        Column("parent_run_id", Kind.TEXT, "The run that this one is nested in."),
        Column("notes", Kind.TEXT, "Free text."),
        Column("hypothesis", Kind.TEXT, "What the run tests."),
        Column("expected_outcome", Kind.TEXT, "What its author expected before it ran."),
        Column("conclusion", Kind.TEXT, "What its author concluded after it ran."),
        Column("deleted", Kind.BOOL, "True once deleted, false once restored."),
        Column("error", Kind.TEXT, "Type and message of the exception that ended the run, redacted."),
        Column("source_type", Kind.TEXT, "script, module, notebook or interactive."),
        Column("entry_point", Kind.TEXT, "Script, module or notebook, relative to the repository where there is one."),
        Column("command", Kind.TEXT, "Command line, redacted, with the home directory as ~."),
        Column("git_commit", Kind.TEXT, "Commit of the code, 40 hex digits."),
        Column("git_branch", Kind.TEXT, "Branch, where HEAD is on one."),
        Column("git_dirty", Kind.BOOL, "True where tracked or untracked files differ from the commit."),
        Column("git_remote", Kind.TEXT, "URL of the remote without credentials."),
        Column("python_version", Kind.TEXT, "Version of the interpreter."),
        Column("platform", Kind.TEXT, "Operating system and its version."),
        Column("cpu", Kind.TEXT, "Model of the processor and number of logical cores."),
        Column("memory_bytes", Kind.INT, "Physical memory in bytes."),
        Column("gpu", Kind.TEXT, "Models of the GPUs, where there are any."),
        Column("seeds", Kind.TEXT, "Random seeds that could be read, as a JSON object."),
        Column("foreign_source", Kind.TEXT, "System that the run was imported from."),
        Column("foreign_id", Kind.TEXT, "Id of the run in that system."),
    ),
)

EXPERIMENTS = Table(
    "experiments",
    "One patch of an experiment: only the fields that it sets are not null.",
    key=("experiment_id", "writer", "seq"),
    sort=("experiment_id", "writer", "seq"),
    columns=(
        _TS,
        Column("experiment_id", Kind.TEXT, "Stable id; survives renaming.", required=True),
        Column("path", Kind.TEXT, "Slash-separated path."),
        Column("description", Kind.TEXT, "Free text."),
        Column("tags", Kind.TEXT, "Tags as a JSON object."),
        Column("owner", Kind.TEXT, "Who answers for the experiment."),
        Column("primary_metric", Kind.TEXT, "Key of the metric that decides which run is best."),
        Column("reducer", Kind.TEXT, "How a series becomes one number: last, min, max or mean."),
        Column("direction", Kind.TEXT, "minimize or maximize."),
        Column("archived", Kind.BOOL, "True once archived, false once restored."),
        Column(
            "splits",
            Kind.TEXT,
            "Keys that are a metric on a split of the data, as a JSON object of key to metric and split, or to null.",
        ),
    ),
)

VIEWS = Table(
    "views",
    "One patch of a saved view of the dashboard: only the fields that it sets are not null.",
    key=("view_id", "writer", "seq"),
    sort=("view_id", "writer", "seq"),
    columns=(
        _TS,
        Column("view_id", Kind.TEXT, "UUIDv7.", required=True),
        Column("name", Kind.TEXT, "What people call it; not unique."),
        Column("description", Kind.TEXT, "What it is for."),
        Column("page", Kind.TEXT, "The page of the dashboard: home, runs, explore, compare, evaluate, run."),
        Column("query", Kind.TEXT, "What the link of the page carries, as a query string."),
        Column("visibility", Kind.TEXT, "private: offered to who saved it; shared: offered to everybody."),
        Column("actor_id", Kind.TEXT, "Who wrote the row, and in the first row who saved it; see `identities`."),
        Column("deleted", Kind.BOOL, "True once deleted, false once restored."),
    ),
)

PARAMS = Table(
    "params",
    "One parameter of a run; the newest row of a key counts.",
    key=("run_id", "key", "writer", "seq"),
    sort=("run_id", "key", "writer", "seq"),
    columns=(
        _TS,
        Column("key", Kind.TEXT, "Name; nested keys are joined by `/`.", required=True),
        Column("value", Kind.TEXT, "Value in canonical text.", required=True),
        Column("value_num", Kind.FLOAT, "The number, where the value is one."),
        Column("type", Kind.TEXT, "int, float, bool, str, null or json.", required=True),
    ),
)

TAGS = Table(
    "tags",
    "One tag set or removed; the newest row of a key counts.",
    key=("run_id", "key", "writer", "seq"),
    sort=("run_id", "key", "writer", "seq"),
    columns=(
        _TS,
        Column("key", Kind.TEXT, "Name of the tag.", required=True),
        Column("values", Kind.TEXTS, "No, one or several values."),
        Column("removed", Kind.BOOL, "True where the row takes the tag away.", required=True),
    ),
)

METRICS = Table(
    "metrics",
    "One logged number of a time series.",
    key=("writer", "seq", "key"),
    sort=("run_id", "key", "step", "writer", "seq"),
    columns=(
        Column("key", Kind.TEXT, "Name of the series; nested keys are joined by `/`.", required=True),
        Column(
            "step", Kind.FLOAT, "Position in the series: any order, repeats kept, may be fractional.", required=True
        ),
        Column("value", Kind.FLOAT, "The number; NaN and infinities are kept as logged.", required=True),
        _TS,
    ),
)

VALUES = Table(
    "values",
    "One logged value that is no number (text, flag, none, list) at its step.",
    key=("writer", "seq", "key"),
    sort=("run_id", "key", "step", "writer", "seq"),
    columns=(
        _TS,
        Column("key", Kind.TEXT, "Name of the series; nested keys are joined by `/`.", required=True),
        Column("step", Kind.FLOAT, "Position in the series, as in `metrics`.", required=True),
        Column("type", Kind.TEXT, "str, bool, null or json.", required=True),
        Column("value", Kind.TEXT, "The value as JSON.", required=True),
    ),
)

_POINT = (
    Column("step", Kind.FLOAT, "step"),
    Column("ts", Kind.TIME, "time"),
    Column("seq", Kind.INT, "call number"),
    Column("value", Kind.FLOAT, "value"),
)

SUMMARIES = Table(
    "summaries",
    "Summary of a series, cumulative per writer, or an explicit result; rebuildable from `metrics`.",
    key=("run_id", "key", "writer", "seq"),
    sort=("run_id", "key", "writer", "seq"),
    columns=(
        _TS,
        Column("key", Kind.TEXT, "Name of the series or of the result.", required=True),
        Column(
            "explicit",
            Kind.BOOL,
            "True for `run.summary[key] = value`, which no later point overwrites.",
            required=True,
        ),
        Column("value", Kind.TEXT, "Explicit result in canonical text."),
        Column("value_num", Kind.FLOAT, "Explicit result, where it is a number."),
        Column("type", Kind.TEXT, "Type of the explicit result, as in `params`."),
        Column("count", Kind.INT, "Points so far, NaN and infinities among them."),
        Column("nan_count", Kind.INT, "NaN points among them."),
        Column("inf_count", Kind.INT, "Infinite points among them."),
        Column("mean", Kind.FLOAT, "Mean of the finite points."),
        Column("m2", Kind.FLOAT, "Sum of squared differences from the mean of the finite points."),
        *(
            Column(f"{which}_{c.name}", c.kind, f"{c.doc.capitalize()} of the {which} point.")
            for which in ("first", "last", "min", "max")
            for c in _POINT
        ),
    ),
)

ARTIFACTS = Table(
    "artifacts",
    "One logged file or object; versions of a path are numbered when read.",
    key=("run_id", "path", "writer", "seq"),
    sort=("run_id", "path", "writer", "seq"),
    columns=(
        _TS,
        Column("path", Kind.TEXT, "Path inside the run, slash-separated, relative.", required=True),
        Column("kind", Kind.TEXT, "file, reference, code, environment, plot or the like.", required=True),
        Column("size_bytes", Kind.INT, "Size in bytes; null where unknown."),
        Column("sha256", Kind.TEXT, "SHA-256 of the content; null for a reference without one."),
        Column("uri", Kind.TEXT, "Where the bytes are, for a reference; null for a stored blob."),
        Column("media_type", Kind.TEXT, "Media type, guessed from the name."),
        Column("metadata", Kind.TEXT, "Further facts as a JSON object."),
        Column("step", Kind.FLOAT, "Step that it was logged at."),
    ),
)

LINKS = Table(
    "links",
    "Subject, predicate, object: data sets, parents, models, forks.",
    key=("writer", "seq"),
    sort=("run_id", "predicate", "object", "writer", "seq"),
    columns=(
        _TS,
        Column("subject", Kind.TEXT, "`run:<id>` or the like.", required=True),
        Column("predicate", Kind.TEXT, "used_dataset, forked_from, retry_of or the like.", required=True),
        Column("object", Kind.TEXT, "`dataset:<name>`, `run:<id>` or the like.", required=True),
        Column("version", Kind.TEXT, "Version of the object: content digest or table version."),
        Column("role", Kind.TEXT, "train, validation, test or the like."),
        Column("attributes", Kind.TEXT, "Further facts as a JSON object."),
    ),
)

EVENTS = Table(
    "events",
    "One action: who, what, when, target, old, new, reason, result.",
    key=("event_id",),
    sort=("run_id", "ts", "event_id"),
    columns=(
        _TS,
        Column("event_id", Kind.TEXT, "UUIDv7.", required=True),
        Column("actor_id", Kind.TEXT, "Who; see `identities`."),
        Column(
            "auth_method",
            Kind.TEXT,
            "How the actor was established: `local` is the operating-system user, not authenticated; `claimed` is a name "
            "chosen in the settings of the dashboard, not verified.",
        ),
        Column("client", Kind.TEXT, "sdk, cli or app, and its version."),
        Column("action", Kind.TEXT, "What, as noun.verb: run.start, tag.set, run.delete.", required=True),
        Column("target_type", Kind.TEXT, "run, experiment, param, tag or the like.", required=True),
        Column("target_id", Kind.TEXT, "Id or key of the target.", required=True),
        Column("old", Kind.TEXT, "Old value as JSON."),
        Column("new", Kind.TEXT, "New value as JSON."),
        Column("reason", Kind.TEXT, "Why."),
        Column("result", Kind.TEXT, "ok, denied or error.", required=True),
        Column("utc_offset_minutes", Kind.INT, "Time zone of the actor."),
    ),
)

CONSOLE = Table(
    "console",
    "One line that the run printed.",
    key=("run_id", "writer", "seq"),
    sort=("run_id", "writer", "seq"),
    columns=(
        _TS,
        Column("stream", Kind.TEXT, "stdout or stderr.", required=True),
        Column("text", Kind.TEXT, "The line without its end, redacted.", required=True),
    ),
)

SYSTEM_METRICS = Table(
    "system_metrics",
    "One sample of the machine or the process.",
    key=("run_id", "writer", "seq", "key"),
    sort=("run_id", "key", "ts"),
    columns=(
        _TS,
        Column("key", Kind.TEXT, "Name with its unit: process/rss_bytes, machine/cpu_percent.", required=True),
        Column("value", Kind.FLOAT, "The sample.", required=True),
    ),
)

IDENTITIES = Table(
    "identities",
    "Who and where stands behind an `actor_id`; the only table that names people.",
    key=("actor_id", "writer", "seq"),
    sort=("actor_id", "writer", "seq"),
    columns=(
        _TS,
        Column("actor_id", Kind.TEXT, "Random id of a person on a machine.", required=True),
        Column("user", Kind.TEXT, "Name that the person goes by: claimed, not verified."),
        Column("user_source", Kind.TEXT, "Where the name comes from: RUNLAKE_USER, login, settings."),
        Column("process_owner", Kind.TEXT, "Operating-system account that owns the process."),
        Column("uid", Kind.INT, "Its numeric id."),
        Column("git_name", Kind.TEXT, "Name that git is configured with."),
        Column("email", Kind.TEXT, "E-mail that git is configured with."),
        Column("host", Kind.TEXT, "Name of the machine."),
        Column("pid", Kind.INT, "Process id."),
        Column("home", Kind.TEXT, "Home directory."),
        Column("cwd", Kind.TEXT, "Working directory."),
        Column("executable", Kind.TEXT, "Path of the interpreter."),
        Column("command", Kind.TEXT, "Command line with its paths, redacted."),
    ),
)

# The order in which a batch is committed: a reader that pins `runs` first never sees
# a run before what belongs to it.
COMMIT_ORDER = (
    METRICS,
    VALUES,
    PARAMS,
    TAGS,
    ARTIFACTS,
    SUMMARIES,
    LINKS,
    CONSOLE,
    SYSTEM_METRICS,
    IDENTITIES,
    EXPERIMENTS,
    VIEWS,
    EVENTS,
    RUNS,
)
TABLES = {table.name: table for table in COMMIT_ORDER}
