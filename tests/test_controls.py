"""Each control that the dashboard draws is used by name in a test of `tests/app` or `tests/e2e`.

A test names a control by its key (of which computed parts may be anything), by the class that Streamlit makes of the
key, or by its label where no other control has that label. What a test can only point at, such as a column of buttons
in a grid, stands in `USED` beside its test. A name is no proof of use: that the test then looks at what is shown is for
who reads it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TYPE_CHECKING

from drawn import ANY, ROOT, controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drawn import Control

# Control to the test that uses it, where that cannot name it.
USED = {
    "app/main.py: ": "e2e/test_home.py TestTheBarAtTheTop.test_leads_to_each_page",
    "app/components/datasets/dataset_view.py: All data sets": "e2e/test_finding.py TestDataSets.test_are_all_listed_a_click_away",
    "app/components/home/experiment_form.py: Save": "app/test_home.py TestTheDrawer.test_changes_every_field_and_the_page_follows",
    "app/components/views/view_forms.py: Save": "app/test_views.py TestTheViewThatIsOpen.test_is_renamed_and_made_private_by_who_saved_it",
    "data.list.open": "e2e/test_finding.py TestDataSets.test_of_a_hostile_store_are_text",
    "data.versions": "e2e/test_finding.py TestDataSets.test_lead_from_a_facet_to_their_versions_and_on_to_the_runs",
    "explore.parallel.…": "e2e/test_explore.py TestTheExplorePage.test_reads_the_effect_of_a_parameter_and_compares_what_is_brushed",
    "explore.scatter.…": "e2e/test_explore.py TestTheExplorePage.test_brushes_both_axes_of_a_plane_by_a_box",
    "runs.export.groups.…": "e2e/test_grouping.py TestEverythingButTheSeed.test_in_one_click_has_the_numbers_that_are_in_the_files",
    "runs.export.runs.…": "e2e/test_grouping.py TestFiles.test_hold_what_is_shown_and_leave_events",
    "home.attention.open": "e2e/test_home.py TestTheAddress.test_of_a_run_is_a_click_away",
    "home.tree.fold": "e2e/test_home.py TestTheAddress.test_keeps_what_is_folded_searched_and_asked_for",
    "home.tree.open": "e2e/test_home.py TestTheBestRun.test_stands_first_among_the_runs_of_its_experiment",
    "home.tree.details": "e2e/test_home.py TestAPinnedExperiment.test_is_pinned_and_opened_at_the_side",
    "home.tree.pin": "e2e/test_home.py TestAPinnedExperiment.test_stands_on_top_until_it_is_taken_off",
    "home.tree.best": "e2e/test_home.py TestTheBestRun.test_appears_once_a_metric_is_declared_and_leads_to_the_run",
    "home.tree.latest": "e2e/test_home.py TestTheAddress.test_of_a_run_is_a_click_away",
    "bulk.….tag.reason": "app/test_changing_runs.py TestTickedRuns.test_are_tagged_with_a_reason",
    "bulk.….delete.reason": "app/test_changing_runs.py TestTickedRuns.test_are_deleted_with_a_reason_and_ticked_no_more",
    "restore.….reason": "app/test_changing_runs.py TestTheRun.test_that_was_deleted_is_restored",
    "runs.columns.…": "e2e/test_grouping.py TestColumns.test_that_were_moved_pinned_and_hidden_are_in_the_link",
    "runs.facets.panel": "e2e/test_finding.py TestFacets.test_count_what_another_choice_would_bring_and_narrow_on_a_click",
    "….where.box": "e2e/test_finding.py TestCompletion.test_writes_a_filter_by_the_keyboard_alone",
    "runs.groups": "e2e/test_grouping.py TestEverythingButTheSeed.test_chooses_the_runs_of_a_ticked_group_for_compare",
    "runs.groups.open": "e2e/test_grouping.py TestEverythingButTheSeed.test_opens_a_group_to_its_runs_and_goes_back",
    "runs.grid": "e2e/test_runs.py TestTheRunsPage.test_sorts_all_runs_by_the_heading_that_is_clicked",
    "runs.open": "e2e/test_runs.py TestTheRunsPage.test_opens_a_run_at_the_side_and_then_on_its_page",
    "runs.open.data": "e2e/test_finding.py TestDataSets.test_are_a_column_of_the_runs_that_leads_to_their_page",
    "views.edit.….…": "app/test_views.py TestTheViewThatIsOpen.test_is_renamed_and_made_private_by_who_saved_it",
    "views.save.description.…": "app/test_views.py TestWhatAPageShows.test_is_saved_with_what_it_is_for_which_its_list_says",
    "views.save.shared.…": "app/test_views.py TestWhatAPageShows.test_is_saved_with_its_runs_where_they_are_its_subject",
    "views.change.description.….…": "app/test_views.py TestWhatAPageShows.test_is_saved_with_what_it_is_for_which_its_list_says",
    "views.change.shared.….…": "app/test_views.py TestTheViewThatIsOpen.test_is_renamed_and_made_private_by_who_saved_it",
    "views.delete.reason.….…": "app/test_views.py TestTheViewThatIsOpen.test_is_deleted_with_a_reason_and_brought_back",
    "views.list.…": "e2e/test_views.py TestAViewOfTheRuns.test_is_opened_from_the_menu_which_leads_to_all_others",
    "app/app_pages/compare.py: Choose runs": "e2e/test_compare_page.py TestTheComparePage.test_without_runs_leads_to_them",
    "app/app_pages/evaluate.py: Choose runs": "e2e/test_compare_page.py TestTheComparePage.test_without_runs_leads_to_them",
    "app/app_pages/run.py: Show all runs": "e2e/test_run_page.py TestTheRunPage.test_says_what_to_do_about_an_unknown_run",
    "app/components/run/run_choice.py: Show all runs": "e2e/test_run_page.py TestTheRunPage.test_says_what_to_do_about_an_unknown_run",
    "app/components/run/run_data.py: ": "e2e/test_run_page.py TestTheRunPage.test_leads_to_the_runs_and_the_data_that_it_names",
    "app/components/run/run_header.py: ": "e2e/test_run_page.py TestTheRunPage.test_leads_to_its_experiment_in_a_new_tab_too",
    "app/components/run/run_notes.py: Save": "app/test_run_page.py TestTheStory.test_is_written_on_the_page_with_its_reason",
    "app/components/charts/curves.py: ": "e2e/test_run_page.py TestTheRunPage.test_shows_exactly_the_stretch_that_is_dragged_over",
    "app/components/compare/compare_many.py: ": "e2e/test_compare_page.py TestTheComparePage.test_shows_exactly_the_stretch_that_is_dragged_over",
    "app/components/evaluation/evaluation_examples.py: ": "app/test_evaluate_page.py TestTheExamples.test_follow_the_choice_of_label_and_prediction",
    "compare.export.differences.csv": "e2e/test_compare_page.py TestTheComparePage.test_gives_the_differences_as_a_file",
    "compare.export.differences.md": "e2e/test_compare_page.py TestTheComparePage.test_gives_the_differences_as_a_file",
    "compare.export.differences.tex": "e2e/test_compare_page.py TestTheComparePage.test_gives_the_differences_as_a_file",
    "compare.export.environment.csv": "e2e/test_compare_sections.py TestTheSections.test_show_packages_that_differ",
    "compare.export.environment.md": "e2e/test_compare_sections.py TestTheSections.test_show_packages_that_differ",
    "compare.export.environment.tex": "e2e/test_compare_sections.py TestTheSections.test_show_packages_that_differ",
    "compare.groups.hide": "e2e/test_many_runs.py TestTheListsOfALargeComparison.test_hide_and_open_groups_and_change_who_is_in_it_by_their_buttons",
    "compare.groups.open": "e2e/test_many_runs.py TestTheListsOfALargeComparison.test_hide_and_open_groups_and_change_who_is_in_it_by_their_buttons",
    "compare.list": "e2e/test_many_runs.py TestTheListsOfALargeComparison.test_lift_a_run_that_is_ticked",
    "compare.list.open": "e2e/test_many_runs.py TestTheListsOfALargeComparison.test_hide_and_open_groups_and_change_who_is_in_it_by_their_buttons",
    "compare.list.reference": "e2e/test_many_runs.py TestTheListsOfALargeComparison.test_hide_and_open_groups_and_change_who_is_in_it_by_their_buttons",
    "compare.list.remove": "e2e/test_many_runs.py TestTheListsOfALargeComparison.test_hide_and_open_groups_and_change_who_is_in_it_by_their_buttons",
    "compare.legend.open": "e2e/test_compare_page.py TestTheComparePage.test_opens_a_run_by_its_arrow",
    "compare.legend.reference": "e2e/test_compare_page.py TestTheComparePage.test_makes_a_run_the_reference_by_its_star",
    "compare.legend.remove": "e2e/test_compare_page.py TestTheComparePage.test_takes_a_run_out_by_its_cross",
    "compare.tables.grid.…": "e2e/test_compare_sections.py TestTheSections.test_open_a_row_that_is_clicked",
    "run.artifacts.grid": "e2e/test_run_page.py TestTheRunPage.test_shows_and_hands_out_the_artifact_that_is_chosen",
    "run.download.…@…": "e2e/test_run_page.py TestTheRunPage.test_shows_and_hands_out_the_artifact_that_is_chosen",
    "run.children": "e2e/test_run_origins.py test_the_runs_on_a_page_are_opened_by_their_names",
    "run.lineage.makers": "e2e/test_run_origins.py test_the_runs_on_a_page_are_opened_by_their_names",
    "run.lineage.users": "e2e/test_run_origins.py test_the_runs_on_a_page_are_opened_by_their_names",
    "run.lineage.tree": "e2e/test_run_origins.py test_a_lineage_is_followed_down",
    "run.reproduce.git.patch": "e2e/test_compare_sections.py TestTheSections.test_have_what_a_run_is_made_again_from",
    "run.reproduce.requirements.txt": "e2e/test_compare_sections.py TestTheSections.test_have_what_a_run_is_made_again_from",
    # The same button as beside git.patch, over other bytes.
    "run.reproduce.notebook.py": "e2e/test_compare_sections.py TestTheSections.test_have_what_a_run_is_made_again_from",
    "….evaluation.figure.….…": "e2e/test_evaluations.py TestNumbers.test_are_looked_at_where_a_point_is_clicked",
    "….evaluation.figure.….….…": "e2e/test_evaluations.py TestAThresholdAtAPrecision.test_is_taken_from_a_click_on_a_curve",
    "….evaluation.matrix.…": "e2e/test_evaluate_page.py TestTheEvaluatePage.test_finds_a_false_positive_behind_a_cell",
    "….evaluation.picture": "e2e/test_evaluate_page.py TestTheEvaluatePage.test_changes_its_picture",
    "….saved": "e2e/test_compare_sections.py TestAChartThatIsTakenAway.test_is_a_png_of_twice_its_size",
    "working.again.…": "app/test_evaluate_deeper.py TestWorkThatTakesLong.test_is_stopped_and_taken_up_again_by_its_buttons",
}
# Parts of our own that are scrolled, and answer to nothing else.
SHOWN_ONLY = {"compare.code.…", "compare.console.difference"}

TESTS = {
    str(path.relative_to(ROOT / "tests")): ast.parse(path.read_text(encoding="utf-8"))
    for folder in ("app", "e2e")
    for path in sorted((ROOT / "tests" / folder).rglob("*.py"))
}
DRAWN = list(controls())
KEYS = {one.key for one in DRAWN if ANY not in one.key}
SHARED = {label for label, times in Counter(label for one in DRAWN for label in one.labels).items() if times > 1}


def written(node: ast.expr) -> str | None:
    """Return a text that stands in a test, with ANY for what is put into it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else ANY for part in parts)
    return None


def handed(tree: ast.AST) -> Iterator[str]:
    """Yield what a test hands to a function other than an expectation, or compares a label or a key with."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name.startswith("to_"):
                continue
            case ast.Call(args=args, keywords=keywords):
                found = [*args, *(keyword.value for keyword in keywords)]
            case ast.Compare(left=ast.Attribute(attr="label" | "key"), comparators=found):
                pass
            case _:
                continue
        yield from (text for one in found if (text := written(one)) is not None)


def opened(tree: ast.AST) -> Iterator[str]:
    """Yield the keys that a test sets in the session, which is how a menu is opened without a browser."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield from (text for text in [written(node.slice)] if text is not None)


HANDED = {text.replace("**", "") for tree in TESTS.values() for text in handed(tree)}
OPENED = {text for tree in TESTS.values() for text in opened(tree)}
CLASSES = {name for text in HANDED for name in re.findall(r"st-key-([\w…-]+)", text)}


def matches(template: str, found: set[str]) -> bool:
    """Return whether one of the texts is what a key or a label may be; ANY is any text but what makes another key."""
    if ANY not in template:
        return template.replace("**", "") in found
    pattern = re.compile(".+".join(map(re.escape, template.split(ANY))))
    return any(pattern.fullmatch(text) for text in found if text not in KEYS)


def is_named(control: Control) -> bool:
    """Return whether a test says its key, the class of its key, or a label that is its alone."""
    keyed = any(letter.isalpha() for letter in control.key) and (
        matches(control.key, HANDED)
        or matches(re.sub(rf"[^\w{ANY}-]", "-", control.key), CLASSES)
        or (control.kind == "popover" and matches(control.key, OPENED))
    )
    return keyed or any(matches(label, HANDED) for label in control.labels if label not in SHARED)


def functions() -> set[str]:
    """Return every test by file, class where it is in one, and name."""
    found = set()
    for file, tree in TESTS.items():
        for outer in tree.body:
            of, body = (f"{outer.name}.", outer.body) if isinstance(outer, ast.ClassDef) else ("", [outer])
            found |= {f"{file} {of}{node.name}" for node in body if isinstance(node, ast.FunctionDef)}
    return found


def test_the_source_is_read() -> None:
    names = {one.name for one in DRAWN}

    assert len(names) > 200
    # By a constant, what a link carries, a grid, a function that is told what to draw, and by its label.
    assert {"runs.turn", "runs.sort", "runs.grid", "compare.file.shown", "compare.q"} <= names
    assert "app/components/links.py: Explore these" in names


def test_each_control_is_used_by_a_test() -> None:
    forgotten = [
        f"{one.place}, line {one.line}: {one.name} ({' or '.join(one.labels)})"
        for one in DRAWN
        if not is_named(one) and one.name not in USED.keys() | SHOWN_ONLY
    ]

    assert forgotten == []


def test_what_is_said_to_be_used_is_there_and_so_is_its_test() -> None:
    unnamed = {one.name for one in DRAWN if not is_named(one)}

    assert USED.keys() | SHOWN_ONLY <= unnamed
    assert set(USED.values()) <= functions()
