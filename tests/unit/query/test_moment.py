from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from runlake.errors import InvalidValue
from runlake.query.moment import moment

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class TestAMoment:
    @pytest.mark.parametrize(
        ("given", "meant"),
        [
            (datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 1, tzinfo=UTC)),
            ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
            ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
            (" 2026-01-31 10:00:00.5+02:00 ", datetime(2026, 1, 31, 8, 0, 0, 500_000, tzinfo=UTC)),
            ("-7d", datetime(2026, 1, 24, 12, tzinfo=UTC)),
            ("-1.5h", datetime(2026, 1, 31, 10, 30, tzinfo=UTC)),
            ("-2w", datetime(2026, 1, 17, 12, tzinfo=UTC)),
            ("-0s", NOW),
        ],
    )
    def test_is_read_in_utc(self, given: datetime | str, meant: datetime) -> None:
        assert moment(given, now=NOW, what="as_of") == meant

    @pytest.mark.parametrize("given", ["", "yesterday", "7d", "-7y", "-7", "2026-13-01", "-999999999w", "- 7d"])
    def test_that_is_none_is_refused_by_name(self, given: str) -> None:
        with pytest.raises(InvalidValue, match=r"^since: expected an aware datetime, ISO 8601"):
            moment(given, now=NOW, what="since")

    def test_without_a_zone_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="as_of: expected a datetime with a time zone"):
            moment(datetime(2026, 1, 1), now=NOW, what="as_of")  # noqa: DTZ001  # the fault under test
