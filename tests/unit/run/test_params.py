from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pydantic
import pytest
from omegaconf import OmegaConf
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from runlake.errors import InvalidValue
from runlake.run.params import Param, params_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Mode(Enum):
    FAST = "fast"


@dataclass
class Optimizer:
    name: str = "adam"
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass
class Settings:
    depth: int = 3
    optimizer: Optimizer = field(default_factory=Optimizer)


class PydanticLike:
    """Has what a pydantic model has: `model_dump`."""

    def model_dump(self) -> dict[str, Any]:
        return {"depth": 3, "nested": {"rate": 0.1}}


def read(source: object) -> dict[str, Param]:
    return params_of(source, lambda _, text: text)


class TestAValue:
    @pytest.mark.parametrize(
        ("value", "param"),
        [
            (3, Param("3", 3.0, "int")),
            (0.1, Param("0.1", 0.1, "float")),
            (1e-5, Param("1e-05", 1e-5, "float")),
            (True, Param("true", None, "bool")),
            (None, Param("null", None, "null")),
            ("rf", Param("rf", None, "str")),
            ("1e-3", Param("1e-3", 1e-3, "str")),
            ("nan", Param("nan", None, "str")),
            (math.inf, Param("Infinity", math.inf, "float")),
            (2**80, Param(str(2**80), float(2**80), "int")),
            (10**400, Param(str(10**400), None, "int")),
            (np.float32(0.5), Param("0.5", 0.5, "float")),
            (np.int64(7), Param("7", 7.0, "int")),
            (np.bool_(1), Param("true", None, "bool")),
            (np.array([1.5]), Param("1.5", 1.5, "float")),
            (np.array([1, 2]), Param("[1, 2]", None, "json")),
            ([32, "x", math.nan], Param('[32, "x", "NaN"]', None, "json")),
            ({"b", "a"}, Param('["a", "b"]', None, "json")),
            (Decimal("0.25"), Param("0.25", 0.25, "float")),
            (Mode.FAST, Param("fast", None, "str")),
            (PurePosixPath("a/b"), Param("a/b", None, "str")),
            (math.sqrt, Param("math.sqrt", None, "str")),
            (StandardScaler, Param("sklearn.preprocessing._data.StandardScaler", None, "str")),
            ({}, Param("{}", None, "json")),
        ],
    )
    def test_has_one_canonical_text(self, value: object, param: Param) -> None:
        assert read({"key": value}) == {"key": param}

    def test_that_is_some_object_reads_the_same_each_time(self) -> None:
        assert read({"key": object()}) == read({"key": object()})


class TestASource:
    @pytest.mark.parametrize(
        ("source", "texts"),
        [
            ({"a": {"b": {"c": 1}}, "d": 2}, {"a/b/c": "1", "d": "2"}),
            (argparse.Namespace(depth=3, rate=0.1), {"depth": "3", "rate": "0.1"}),
            (Settings(), {"depth": "3", "optimizer/name": "adam", "optimizer/betas": "[0.9, 0.999]"}),
            (PydanticLike(), {"depth": "3", "nested/rate": "0.1"}),
        ],
    )
    def test_gives_its_settings_flat(self, source: object, texts: dict[str, str]) -> None:
        assert {key: param.value for key, param in read(source).items()} == texts

    def test_may_be_an_estimator(self) -> None:
        params = read(RandomForestClassifier(n_estimators=7, max_depth=None))

        assert (params["n_estimators"].value, params["max_depth"].value) == ("7", "null")

    def test_may_be_a_pipeline_with_its_parts(self) -> None:
        params = read(Pipeline([("scale", StandardScaler()), ("model", LogisticRegression(C=0.5))]))

        assert params["model__C"] == Param("0.5", 0.5, "float")

    def test_may_be_a_real_pydantic_model(self) -> None:
        class Optimizer(pydantic.BaseModel):
            rate: float = 0.1
            betas: tuple[float, float] = (0.9, 0.99)

        class Model(pydantic.BaseModel):
            depth: int = 3
            data: Path = Path("data/train.csv")
            key: pydantic.SecretStr = pydantic.SecretStr("hunter2hunter2")
            optimizer: Optimizer = Optimizer()

        assert {key: param.value for key, param in read(Model()).items()} == {
            "depth": "3",
            "data": "data/train.csv",
            "key": "**********",
            "optimizer/rate": "0.1",
            "optimizer/betas": "[0.9, 0.99]",
        }

    def test_may_be_a_real_omegaconf_config(self) -> None:
        config = OmegaConf.create({"depth": 3, "opt": {"lr": 0.1}, "same": "${depth}"})

        assert {key: param.value for key, param in read(config).items()} == {"depth": "3", "opt/lr": "0.1", "same": "3"}

    def test_may_be_a_real_omegaconf_list(self) -> None:
        assert read(OmegaConf.create([1, {"a": 2}]))["config"] == Param('[1, {"a": 2}]', None, "json")

    @pytest.mark.parametrize("text", ["${nowhere}", "${oc.env:NOT_SET_ANYWHERE}"])
    def test_that_names_what_is_not_there_is_refused_with_the_reason(self, text: str) -> None:
        with pytest.raises(
            InvalidValue, match=r"log_params: expected something that can be read, but got .DictConfig: Interpolation"
        ):
            read(OmegaConf.create({"a": text}))


class TestASecret:
    def test_is_taken_out_of_texts(self) -> None:
        clean: Callable[[str, str], str] = lambda key, text: "[gone]" if key == "token" else text  # noqa: E731

        assert params_of({"token": "x", "n": 1}, clean) == {
            "token": Param("[gone]", None, "str"),
            "n": Param("1", 1.0, "int"),
        }
