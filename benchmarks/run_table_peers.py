"""The questions of the run table, asked of MLflow and of Trackio, as code that a process of theirs runs.

Each piece makes `sys.argv[2]` runs, asks `sys.argv[4]` times, and prints milliseconds as JSON.
"""

from __future__ import annotations

_SHAPE = """
import json, os, random, sqlite3, sys, time
folder, runs, frame, times = sys.argv[1], *map(int, sys.argv[2:5])
random.seed(1)
MODELS = ("forest", "boosting", "linear", "net")
PARAMS = ("lr", "batch_size", "max_depth", "optimizer", "dropout", "seed", "n_estimators", "warmup", "data")
METRICS = ("loss", "accuracy", "val/loss", "val/f1", *(f"layer_{n}/norm" for n in range(16)))
def a_run():
    params = {"model": random.choice(MODELS)} | {key: str(random.randrange(64)) for key in PARAMS}
    tags = {"team": "risk", "stage": "dev", "dataset": "v1"}
    return params, tags, {key: round(random.betavariate(4, 2), 6) for key in METRICS}
def milliseconds(ask):
    began = time.perf_counter()
    found = ask()
    return (time.perf_counter() - began) * 1e3, found
def answer(search, rows, hits):
    first, found = milliseconds(search)
    warm = [milliseconds(search)[0] for _ in range(times)]
    rows()
    print(json.dumps({"first": first, "search": warm, "hits": hits(found),
                      "frame": [milliseconds(rows)[0] for _ in range(times)], "rows": len(rows())}))
"""
_MLFLOW = """
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import logging
import mlflow
logging.disable()
mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
experiment = mlflow.set_experiment("bench").experiment_id
with mlflow.start_run(): pass
with sqlite3.connect(f"{folder}/mlflow.db") as db:
    db.row_factory = sqlite3.Row
    row = dict(db.execute("select * from runs").fetchone())
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    for number in range(runs):
        params, tags, metrics = a_run()
        run = f"{number:032x}"
        row.update(run_uuid=run, name=f"run_{number}", start_time=row["start_time"] + 1)
        db.execute(f"insert into runs ({columns}) values ({marks})", list(row.values()))
        db.executemany("insert into params (key, value, run_uuid) values (?, ?, ?)", [(*p, run) for p in params.items()])
        db.executemany("insert into tags (key, value, run_uuid) values (?, ?, ?)", [(*t, run) for t in tags.items()])
        db.executemany("insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid) values (?, ?, 0, 49, 0, ?)",
                       [(*m, run) for m in metrics.items()])
db.close()
answer(
    lambda: mlflow.search_runs([experiment], "metrics.`val/f1` > 0.8 and params.model = 'forest'",
                               order_by=["metrics.`val/f1` desc"], max_results=100),
    lambda: mlflow.search_runs([experiment], max_results=frame),
    len,
)
"""
_TRACKIO = """
os.environ.update(TRACKIO_DIR=folder, HF_HUB_OFFLINE="1")
from trackio.sqlite_storage import SQLiteStorage
path = SQLiteStorage.init_db("bench")
with sqlite3.connect(path) as db:
    for number in range(runs):
        params, tags, metrics = a_run()
        run, at = f"{number:032x}", "2025-01-01T00:00:00+00:00"
        db.execute("insert into configs (run_id, run_name, config, created_at) values (?, ?, ?, ?)",
                   (run, f"run_{number}", json.dumps(params | tags), at))
        db.execute("insert into metrics (run_id, run_name, timestamp, step, metrics) values (?, ?, ?, ?, ?)",
                   (run, f"run_{number}", at, 49, json.dumps(metrics)))
db.close()
SEARCH = '''select c.run_name, c.config, m.metrics from configs c join metrics m on m.run_id = c.run_id
    where json_extract(c.config, '$.model') = 'forest' and json_extract(m.metrics, '$."val/f1"') > 0.8
    order by json_extract(m.metrics, '$."val/f1"') desc limit 100'''
ROWS = f"select c.run_name, c.config, m.metrics from configs c join metrics m on m.run_id = c.run_id order by c.id desc limit {frame}"
def flat(query):
    rows = SQLiteStorage.query_project("bench", query)["rows"]
    return [json.loads(r["config"]) | json.loads(r["metrics"]) | {"name": r["run_name"]} for r in rows]
answer(lambda: flat(SEARCH), lambda: flat(ROWS), len)
"""
CODE = {"mlflow": _SHAPE + _MLFLOW, "trackio": _SHAPE + _TRACKIO}
