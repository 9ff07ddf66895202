"""Redact a stream line by line, also what is spread over several writes or lines."""

from __future__ import annotations

import re
from functools import cache

from runlake.capture.redact_text import UNSCANNABLE, clip, find_spans, redact_text, scan_closed
from runlake.capture.secret_names import TOKEN, strength
from runlake.capture.secret_rules import KEY_FILE_BEGIN, KEY_FILE_END
from runlake.errors import InvalidType, InvalidValue

MAX_LINE = 16_384
_LONGEST_KEY_LINES = 400
_LONGEST_TOKEN = 8_192
_KEY_MARK = "[redacted:private_key]"
# A credential that may go on in the next line, because the line ends within it.
_OPEN_TAIL = (
    r"(?:gh[pousr]_|github_pat_|glpat-|hf_|sk-|xox[abeoprs]-|AKIA|ASIA|AIza|eyJ|npm_|[sr]k_live_|dapi)[\w.+/-]{0,4096}$"
)
_NAME_ALONE = r"([\w.-]{3,80})[\"'`]?\s{0,4}(?::=|=>|=|:)\s{0,4}[\\|>]?$|(--?[\w-]{3,80})\s{0,4}\\?$"
_ARMOUR = r"[A-Za-z0-9+/]{24,}+=*+"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def printed_lines(lines: object) -> list[tuple[str, str]]:
    """Return what was printed as (stdout or stderr, redacted text).

    Raises:
        InvalidType: they are no pairs.
        InvalidValue: a stream is neither stdout nor stderr.
    """
    wanted = "(stream, text) pairs, such as [('stdout', 'epoch 1')]"
    try:
        pairs = [(stream, str(text)) for stream, text in lines]  # type: ignore[attr-defined]
    except Exception as problem:
        raise InvalidType("log_console", lines, wanted) from problem
    if strange := [stream for stream, _ in pairs if stream not in ("stdout", "stderr")]:
        raise InvalidValue("log_console", strange[0], wanted)
    return [(stream, redact_text(text)) for stream, text in pairs]


class LineRedactor:
    """Takes a stream in pieces and gives back redacted lines; one object per stream.

    A private key goes as a whole, also with other lines in between; a value goes where its name ended
    the line before; a token wrapped over several lines goes from all of them, for which a line that
    ends within something like a token is held back until the next one is there.
    """

    def __init__(self, *, max_line: int = MAX_LINE) -> None:
        self._max_line = max_line
        self._forget()

    def _forget(self) -> None:
        self._rest = ""
        self._held: list[str] = []
        self._name_before = False
        self._key_lines = 0
        self._armour_before = False

    def feed(self, text: str) -> list[str]:
        """Take any piece of the stream; return the lines that are complete and safe, without their ends."""
        out: list[str] = []
        *complete, rest = (self._rest + text).split("\n")
        for line in complete:
            out += self.push(line)
        self._rest = rest[: 4 * self._max_line + 1]
        return out

    def push(self, line: str) -> list[str]:
        """Take one complete line; return none, one or several redacted ones."""
        line = line.rstrip("\r\n")
        if self._key_lines:
            return self._inside_key(line)
        if self._held:
            return self._after_held(line)
        return self._plain(line)

    def flush(self) -> list[str]:
        """Return what was held back, redacted, and forget the state."""
        out = self.push(self._rest) if self._rest else []
        out += self._released()
        self._forget()
        return out

    def _plain(self, line: str) -> list[str]:
        if self._name_before and line.strip():
            self._name_before = False
            value = line.strip().strip("\"',;")
            if value and len(value.split()) == 1:
                return [line.replace(value, "[redacted:named_secret]")]
        if "-----BEGIN" in line and (begin := self._opened_key(line)):
            return begin
        self._name_before = _ends_with_name(line) or (self._name_before and not line.strip())
        if len(line) <= self._max_line and _compiled(_OPEN_TAIL).search(line[-4200:]):
            self._held = [line]
            return []
        return [self._clean(line)]

    def _after_held(self, line: str) -> list[str]:
        """Look at the held lines and this one as one text; a secret over the seam goes from all of them."""
        text = line.strip()
        seam = sum(map(len, self._held))
        joined = "".join(self._held) + text
        spans = scan_closed(joined)
        over = None if spans is None else next((s for s in spans if s.start < seam < s.end), None)
        if spans is None or over is None or self._is_own_word(joined, seam, over.end):
            return [*self._released(), *self._plain(line)]
        if over.end == len(joined) and len(joined) < _LONGEST_TOKEN:
            self._held.append(text)
            return []
        pieces, self._held = [*self._held, text], []
        return clip(pieces, spans)

    def _released(self) -> list[str]:
        """Return the held lines, redacted as one text."""
        held, self._held = self._held, []
        spans = scan_closed("".join(held))
        return [UNSCANNABLE] * len(held) if spans is None else clip(held, spans)

    def _is_own_word(self, joined: str, seam: int, end: int) -> bool:
        """Tell whether the token was complete before the seam and a word of its own follows."""
        complete = any(span.end == seam for span in find_spans(joined[:seam]))
        return complete and end - seam < 12 and joined[seam:end].isalpha()

    def _opened_key(self, line: str) -> list[str]:
        begin = _compiled(KEY_FILE_BEGIN).search(line)
        if begin is None or _compiled(KEY_FILE_END).search(line, begin.end()):
            return []
        self._key_lines = 1
        return [self._clean(line[: begin.start()]) + _KEY_MARK]

    def _inside_key(self, line: str) -> list[str]:
        self._key_lines += 1
        end = _compiled(KEY_FILE_END).search(line)
        if end is not None or self._key_lines > _LONGEST_KEY_LINES:
            self._key_lines = 0
        if end is not None:
            rest = line[end.end() :]
            return [self._clean(rest)] if rest.strip(" \"',;\\n") else []
        bare = line.strip(" \t\"',+-\\")
        base64 = _compiled(r"[A-Za-z0-9+/=]+").fullmatch(bare) is not None
        if base64 and (len(bare) >= 16 or self._armour_before):
            self._armour_before = len(bare) >= 16
            return []
        self._armour_before = False
        return [self._clean(_compiled(_ARMOUR).sub(_KEY_MARK, line))]

    def _clean(self, line: str) -> str:
        """Redact a line, then shorten it: in this order, so that no half of a secret stays."""
        head = line[: 4 * self._max_line]
        clean = redact_text(head)
        if len(line) == len(head) and len(clean) <= self._max_line:
            return clean
        kept = clean[: self._max_line] if len(clean) > self._max_line else clean.rpartition(" ")[0]
        return f"{kept} [cut: more than {self._max_line} characters]"


def _ends_with_name(line: str) -> bool:
    match = _compiled(_NAME_ALONE).search(line[-128:])
    return match is not None and strength(match[1] or match[2]) >= TOKEN
