"""A table for a document: Markdown and LaTeX, in which no text from data is markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.formats.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Sequence[str | None]

_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()#+!|~$"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "−": r"$-$",
        "–": "--",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        **{c: f"\\{c}" for c in "&%$#_{}"},
    }
)


def markdown_table(names: Sequence[str], rows: Sequence[Row], *, missing: str = "–") -> str:
    """Write rows below their names as a table of GitHub's Markdown.

    >>> print(markdown_table(["key", "a|b"], [["lr", "0.1"], ["x", None]]), end="")
    | key | a\\|b |
    |---|---|
    | lr | 0.1 |
    | x | – |
    """
    lines = [_line(names, missing), f"|{'---|' * len(names)}", *(_line(row, missing) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _line(cells: Row, missing: str) -> str:
    return f"| {' | '.join(missing if cell is None else plain(cell).translate(_MARKDOWN) for cell in cells)} |"


def latex_table(names: Sequence[str], rows: Sequence[Row], *, missing: str = "–") -> str:
    r"""Write rows below their names as a LaTeX table, with the rules of the package booktabs.

    >>> print(latex_table(["key", "a_b"], [["lr", "50 %"]]), end="")
    % \usepackage{booktabs}
    \begin{tabular}{ll}
    \toprule
    key & a\_b \\
    \midrule
    lr & 50 \% \\
    \bottomrule
    \end{tabular}
    """
    lines = [
        r"% \usepackage{booktabs}",
        f"\\begin{{tabular}}{{{'l' * len(names)}}}",
        r"\toprule",
        _latex(names, missing),
        r"\midrule",
        *(_latex(row, missing) for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _latex(cells: Row, missing: str) -> str:
    written = (plain(missing if cell is None else cell).translate(_LATEX) for cell in cells)
    return f"{' & '.join(written)} \\\\"
