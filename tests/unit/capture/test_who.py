from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from runlake.capture.who import Who, command_line, tilde, who_is_there
from runlake.schema import IDENTITIES

ALICE = Who("alice", process_owner="svc-train", host="gpu7", home="/home/alice")


class TestWhoIsThere:
    def test_is_the_login_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOGNAME", "alice")

        who = who_is_there()

        assert (who.user, who.user_source) == ("alice", "login")

    def test_can_be_claimed_and_still_shows_the_owner(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = who_is_there()
        monkeypatch.setenv("RUNLAKE_USER", "ceo")

        who = who_is_there()

        assert (who.user, who.user_source) == ("ceo", "RUNLAKE_USER")
        assert who.process_owner == before.process_owner

    def test_says_where_from(self) -> None:
        who = who_is_there()

        assert (who.pid, who.cwd, who.executable) == (os.getpid(), os.getcwd(), sys.executable)  # noqa: PTH109
        assert who.host
        assert who.command

    def test_fills_columns_without_the_secrets_in_paths(self) -> None:
        who = replace(ALICE, cwd="/srv/ghp_" + "x1" * 18, executable="/env/https:/alice:hunter2@host/python")

        columns = who.columns()

        assert columns["cwd"] == "/srv/[redacted:github_token]"
        assert columns["executable"] == "/env/https:/[redacted:url_credentials]@host/python"

    def test_does_without_a_working_directory(self, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
        gone = os.path.join(str(tmp_path), "gone")  # noqa: PTH118
        os.mkdir(gone)  # noqa: PTH102
        monkeypatch.chdir(gone)
        os.rmdir(gone)  # noqa: PTH106

        assert who_is_there().cwd is None

    def test_fills_columns_of_identities_alone(self) -> None:
        assert set(who_is_there().columns()) == set(IDENTITIES.position) - {"ts", "actor_id"}


class TestTheCommandLine:
    def test_is_redacted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "orig_argv", ["python", "train.py", "--token", "hunter2", "--name", "a b"])

        assert command_line() == "python train.py --token '[redacted:named_secret]' --name 'a b'"

    def test_is_cut_where_it_is_endless(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "orig_argv", ["python", "x" * 100_000])

        assert len(command_line()) == 8192


class TestHiding:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("/home/alice/p/train.py", "~/p/train.py"),
            ("python /home/alice/a '/home/alice/b c'", "python ~/a '~/b c'"),
            ("file:///home/alice/p", "file://~/p"),
            ("/home/alice", "~"),
            ("/home/alice2/p", "/home/alice2/p"),
            ("/data/home/alice/p", "/data/home/<user>/p"),
            ("/data/alice/svc-train/gpu7", "/data/<user>/<user>/<host>"),
            ("alice in wonderland", "alice in wonderland"),
            ("", ""),
        ],
    )
    def test_shows_no_person_and_no_machine(self, text: str, expected: str) -> None:
        assert ALICE.hide(text) == expected

    def test_needs_a_home_that_is_one(self) -> None:
        assert replace(ALICE, home="/").hide("/a/b") == "/a/b"
        assert tilde("/a/b", None) == "/a/b"
