"""How the splits of a metric look: the same colour and the same dash in every picture."""

from __future__ import annotations

from typing import NamedTuple

from runlake.figures.theme import DASHES, PALETTE


class Look(NamedTuple):
    """Colour and dash of a line."""

    color: str
    dash: str


# Blue, orange and green of the palette differ for every kind of colour blindness; the dashes tell them apart alone.
_KNOWN = {
    "train": Look(PALETTE[0], DASHES[0]),
    "validation": Look(PALETTE[1], DASHES[1]),
    "test": Look(PALETTE[2], DASHES[2]),
}
_OTHERS = PALETTE[3:9]
PLAIN = Look(PALETTE[0], DASHES[0])
NO_SPLIT = Look(PALETTE[9], DASHES[0])


def looks(splits: list[str]) -> list[Look]:
    """Give each line of one picture its look, by its split.

    Args:
        splits: of the lines; "" is none. One that comes again has the colours that no known split has.
    """
    if splits == [""]:
        return [PLAIN]
    found: list[Look] = []
    others = 0
    for split in splits:
        look = NO_SPLIT if not split else _KNOWN.get(split)
        if look is None or look in found:
            turn, place = divmod(others, len(_OTHERS))
            look = Look(_OTHERS[place], DASHES[turn % len(DASHES)])
            others += 1
        found.append(look)
    return found
