"""What is in each tracker's store, for counting: which steps of which process.

W&B's offline file and TensorBoard's event files are read record by record up to the first that is cut
off, as their own readers do; MLflow's and Trackio's SQLite by its table.
"""

from __future__ import annotations

import json
import subprocess

from benchmarks import trackers

# Each prints one JSON list of what is in the store: [victim, step], as often as it is there.
RUNLAKE = """
import runlake
points = runlake.open_lake(f"{folder}/store").metrics(keys=["victim"])
print(json.dumps([[int(v), int(s)] for v, s in zip(points["value"], points["step"])]))
"""
WANDB = """
import glob, struct
from wandb.proto.wandb_internal_pb2 import Record
def records(data):
    at, part = 7, b""
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:  # blocks of 32 KiB, as in LevelDB's log
            at += 32768 - at % 32768
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        part += data[at + 7 : at + 7 + length]
        if not kind or at + 7 + length > len(data):
            return
        at += 7 + length
        if kind in (1, 4):
            yield part
            part = b""
found = []
for path in glob.glob(f"{folder}/wandb/offline-run-*/*.wandb"):
    for one in records(open(path, "rb").read()):
        record = Record.FromString(one)
        if record.HasField("history"):
            row = {(i.key or i.nested_key[0]): json.loads(i.value_json) for i in record.history.item}
            found.append([int(row["victim"]), int(row["_step"])])
print(json.dumps(found))
"""
MLFLOW = """
import sqlite3
rows = sqlite3.connect(f"{folder}/mlflow.db").execute("select value, step from metrics where key = 'victim'")
print(json.dumps([[int(v), s] for v, s in rows]))
"""
TENSORBOARDX = """
import glob, struct
from tensorboardX.proto.event_pb2 import Event
found = []
for path in glob.glob(f"{folder}/tb/*/events*"):
    data, at = open(path, "rb").read(), 0
    while at + 12 <= len(data):
        [length] = struct.unpack_from("<Q", data, at)
        if at + 16 + length > len(data):
            break
        event = Event.FromString(data[at + 12 : at + 12 + length])
        found += [[int(v.simple_value), event.step] for v in event.summary.value if v.tag == "victim"]
        at += 16 + length
print(json.dumps(found))
"""
TRACKIO = """
import glob, sqlite3
[path] = [p for p in glob.glob(f"{folder}/**/*.db", recursive=True)]
rows = sqlite3.connect(path).execute("select json_extract(metrics, '$.victim'), step from metrics")
print(json.dumps([[int(v), s] for v, s in rows if v is not None]))
"""
READ = {"runlake": RUNLAKE, "wandb": WANDB, "mlflow": MLFLOW, "tensorboardX": TENSORBOARDX, "trackio": TRACKIO}


def rows_of(name: str, folder: str) -> list[tuple[int, int]]:
    """Return (value of "victim", step) of each call that is in a tracker's store, as often as it is there."""
    words = [trackers.python(name), "-c", trackers.HEAD + READ[name], folder]
    done = subprocess.run(words, check=True, env=trackers.environment(folder), capture_output=True, text=True)
    rows: list[list[int]] = json.loads(done.stdout.splitlines()[-1])
    return [(number, step) for number, step in rows]
