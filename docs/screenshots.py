"""Take the pictures of the documentation from the sample store, in both themes.

    python docs/screenshots.py [FOLDER]

Run from the top of the repository; needs Chromium. Pictures are 1440 by 900 pixels.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from playwright.sync_api import sync_playwright

import driving
import runlake

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
JUDGED = ("final_model:boosting_v1_seed0", "baseline:forest_seed0", "baseline:sgd_seed0")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name and the address that it shows."""

    name: str
    path: str


def pictures(store: str) -> list[Picture]:
    """Choose what to show: all runs, the best of them, the best five side by side, three judged on the same rows."""
    lake = runlake.open_lake(store, live=False)
    where = "status = 'finished' AND experiment UNDER 'digit_recognition'"
    runs = lake.runs(where=where, order_by="metrics.val/accuracy desc", limit=5)
    best = [quote(run_id) for run_id in runs["run_id"]]
    judged = [quote(lake.find(f"tumour_diagnosis/{name}")) for name in JUDGED]
    return [
        Picture("home", "/home"),
        Picture("runs", f"/?runs={','.join(best[:3])}"),
        Picture("data", "/data?name=breast_cancer"),
        Picture("run", f"/run?id={best[0]}"),
        Picture("media", f"/run?id={best[0]}&view=Media"),
        Picture("explore", "/explore?experiment=tumour_diagnosis/tuning"),
        Picture("compare", f"/compare?runs={','.join(best)}"),
        Picture("evaluate", f"/evaluate?runs={','.join(judged)}&picture=ROC&threshold=0.3"),
    ]


def take(browser: Browser, address: str, picture: Picture, theme: Literal["light", "dark"], folder: Path) -> Path:
    """Take one picture and return where it lies."""
    target = folder / f"{picture.name}-{theme}.png"
    with driving.driving(browser, address, theme=theme) as driver:
        driver.open(picture.path)
        driver.page.wait_for_timeout(1000)  # charts draw after the page rests
        driver.page.screenshot(path=target)
    return target


def main(folder: Path = IMAGES) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = pictures(str(ROOT / "sample_data" / "store"))
    with driving.serving(None) as address, sync_playwright() as playwright:
        browser = driving.launched(playwright)
        for picture in asked:
            for theme in THEMES:
                sys.stdout.write(f"{take(browser, address, picture, theme, folder)}\n")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
