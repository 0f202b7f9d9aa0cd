"""Make the example gallery's data sets: invented, seeded, the same bytes on every machine.

Run it from anywhere: `python static/examples/make_data.py`. Needs the standard library only. `keeper.txt` is a
story written for this project and is not made here.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parent / "data"


def sales() -> Iterable[tuple[object, ...]]:
    """Two years of a tea merchant's monthly sales: 24 months, 4 regions, 5 teas, a few figures missing."""
    random_ = random.Random(7)
    yield "month", "region", "product", "units", "revenue"
    regions = {"north": 1.25, "south": 0.8, "east": 1.0, "west": 0.62}
    products = {"assam": 11.5, "darjeeling": 18.0, "earl grey": 13.0, "mint": 8.5, "oolong": 21.0}
    for month in range(24):
        season = 1 + 0.28 * math.cos(2 * math.pi * month / 12)
        growth = 1 + 0.012 * month
        for region, size in regions.items():
            for product, price in products.items():
                warm = 1.7 - season if product == "mint" else season
                units = round(random_.gauss(240, 22) * size * warm * growth)
                paid = price * random_.uniform(0.93, 1.05)
                revenue: object = f"{units * paid:.2f}" if random_.random() > 0.02 else ""
                yield f"{2023 + month // 12}-{month % 12 + 1:02d}-01", region, product, units, revenue


def weather() -> Iterable[tuple[object, ...]]:
    """Three years of days at an invented coast: temperature in °C with persistence, rain in mm."""
    random_ = random.Random(11)
    yield "date", "temperature", "rain"
    day = date(2022, 1, 1)
    drift = 0.0
    while day < date(2025, 1, 1):
        turn = 2 * math.pi * (day.timetuple().tm_yday - 110) / 365.25
        drift = 0.82 * drift + random_.gauss(0, 1.7)
        temperature = 11.2 + 8.4 * math.sin(turn) + 0.0004 * (day - date(2022, 1, 1)).days + drift
        wet = random_.random() < 0.36 - 0.1 * math.sin(turn)
        rain = random_.expovariate(1 / 5.2) if wet else 0.0
        yield day.isoformat(), f"{temperature:.1f}", f"{rain:.1f}"
        day += timedelta(days=1)


def finches() -> Iterable[tuple[object, ...]]:
    """Four invented finches on two islands: beak and wing in mm, weight in g; some were not weighed."""
    random_ = random.Random(23)
    yield "species", "island", "beak_length", "beak_depth", "wing", "weight"
    kinds = {
        "reed finch": (10.4, 6.1, 58.0, 12.5),
        "thorn finch": (13.6, 7.4, 66.0, 17.5),
        "stone finch": (11.8, 10.6, 70.0, 22.0),
        "dusk finch": (16.1, 9.4, 75.0, 26.5),
    }
    for species, (length, depth, wing, weight) in kinds.items():
        for n in range(68 + 6 * len(species) % 13):
            island = "Hither" if (n * 7 + len(species)) % 5 < 3 else "Yonder"
            size = random_.gauss(0, 1)
            yield (
                species,
                island,
                f"{length + 0.45 * size + random_.gauss(0, 0.42):.1f}",
                f"{depth + 0.28 * size + random_.gauss(0, 0.30):.1f}",
                f"{wing + 1.6 * size + random_.gauss(0, 1.3):.0f}",
                f"{weight + 1.1 * size + random_.gauss(0, 0.9):.1f}" if random_.random() > 0.04 else "",
            )


def seedlings() -> Iterable[tuple[object, ...]]:
    """Seedlings under lamps: height in cm against hours of light; past 16 hours light helps no more."""
    random_ = random.Random(42)
    yield "tray", "light_hours", "water_ml", "height_cm"
    for n in range(180):
        light = random_.uniform(4, 22)
        water = random_.choice((20, 30, 40))
        gain = 0.92 * min(light, 16) - 0.22 * max(0.0, light - 16)
        yield n % 12 + 1, f"{light:.1f}", water, f"{2.4 + gain + 0.05 * (water - 30) + random_.gauss(0, 0.9):.1f}"


def main() -> None:
    """Write every data set."""
    DATA.mkdir(exist_ok=True)
    for make in (sales, weather, finches, seedlings):
        with (DATA / f"{make.__name__}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(make())


if __name__ == "__main__":
    main()
