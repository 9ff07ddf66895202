from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from runlake.formats import latex_table, markdown_table

texts = st.text(max_size=12)


class TestAMarkdownTable:
    def test_has_a_line_for_each_row(self) -> None:
        assert markdown_table(["key", "a"], [["lr", "0.1"], ["x", None]]) == (
            "| key | a |\n|---|---|\n| lr | 0.1 |\n| x | – |\n"
        )

    @given(st.lists(st.tuples(texts, texts), max_size=4))
    def test_stays_a_table_whatever_is_in_it(self, rows: list[tuple[str, str]]) -> None:
        lines = markdown_table(["a", "b"], rows).split("\n")

        assert len(lines) == len(rows) + 3
        assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines[:-1]} == {3}

    def test_reads_nothing_as_markup(self) -> None:
        written = markdown_table(["a"], [["<b>*x*</b> ![i](http://evil.example)"]]).splitlines()[2]

        assert "<" not in written
        assert re.search(r"(?<!\\)[*!\[]", written) is None
        assert html.unescape(re.sub(r"\\(.)", r"\1", written)) == "| <b>*x*</b> ![i](http://evil.example) |"


class TestALatexTable:
    def test_has_its_rules(self) -> None:
        assert latex_table(["a", "b"], [["1", "2"]]).splitlines() == [
            r"% \usepackage{booktabs}",
            r"\begin{tabular}{ll}",
            r"\toprule",
            r"a & b \\",
            r"\midrule",
            r"1 & 2 \\",
            r"\bottomrule",
            r"\end{tabular}",
        ]

    def test_escapes_what_would_be_a_command(self) -> None:
        assert latex_table(["a"], [[r"\input{x} 50 % a_b & #1 ~ ^"]]).splitlines()[5] == (
            r"\textbackslash{}input\{x\} 50 \% a\_b \& \#1 \textasciitilde{} \textasciicircum{} \\"
        )

    @given(st.lists(st.tuples(texts, texts), max_size=4))
    def test_stays_a_table_whatever_is_in_it(self, rows: list[tuple[str, str]]) -> None:
        lines = latex_table(["a", "b"], rows).split("\n")

        assert len(lines) == len(rows) + 8
        assert {len(re.findall(r"(?<!\\)&", line)) for line in lines[5:-3]} <= {1}
