"""Kubernetes quantities, against values of the Kubernetes documentation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chartgen.spec.derive.quantity import parse, parse_bytes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("128974848", 128_974_848),
        ("129e6", 129_000_000),
        ("129M", 129_000_000),
        ("123Mi", 128_974_848),
        ("1.5Gi", 1_610_612_736),
        ("128974848000m", 128_974_848),
        ("2E", 2 * 10**18),
        (".5k", 500),
        ("0", 0),
    ],
)
def test_bytes(text: str, value: int) -> None:
    assert parse_bytes(text) == value


@pytest.mark.parametrize("text", ["", "Gi", "-1", "1 Gi", "1gi", "1KB", "1e", "1Gi\n", "\u0661", "0x10"])
def test_no_quantity(text: str) -> None:
    assert parse(text) is None


def test_millicores() -> None:
    assert parse("500m") == Decimal("0.5")
