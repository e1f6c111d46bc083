"""Lines of UCI Online Retail for tests: the file itself where it can be found, and a made-up sample in its columns."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

EXAMPLE = Path(__file__).parents[3] / "examples" / "online_retail"
FILE_NAME = "online_retail.parquet"


def find_file() -> Path | None:
    """The data file: where ONLINE_RETAIL says, in the example's folder, or in a `shared/data` beside any parent folder."""
    named = os.environ.get("ONLINE_RETAIL")
    candidates = [
        *([Path(named), Path(named) / FILE_NAME] if named else []),
        EXAMPLE / FILE_NAME,
        *(parent / "shared" / "data" / FILE_NAME for parent in EXAMPLE.parents),
    ]
    return next((path for path in candidates if path.is_file()), None)


SAMPLE_OR_FILE = ("sample",) if find_file() is None else ("sample", "file")
"""What each test runs on. The file is no part of the checkout: examples/online_retail/README.md says where it is to be had."""


def given_lines(which: str) -> pd.DataFrame:
    """The lines of SAMPLE_OR_FILE's `which`."""
    path = find_file()
    return sample() if which == "sample" or path is None else pd.read_parquet(path)


def write(lines: pd.DataFrame, folder: Path) -> Path:
    """The lines as the data file in a folder."""
    lines.to_parquet(folder / FILE_NAME, index=False)
    return folder


def sample() -> pd.DataFrame:
    """About 300 made-up lines: 80 sound invoices of 25 customers, and every kind of dirt that the real file has."""
    random = np.random.default_rng(352)
    codes = [(f"{21000 + number}", f"GIFT {number}", round(0.42 + number * 0.83, 2)) for number in range(18)]
    codes += [("85123A", "WHITE HEART HOLDER", 2.55), ("85123a", "white heart holder", 2.95), ("POST", "POSTAGE", 18.0)]
    lines: list[tuple[str, str, str | None, int, str, float, float | None, str]] = []
    for number in range(80):
        customer = 12346.0 + random.integers(25)
        country = "France" if customer % 5 == 0 else "United Kingdom"
        day = pd.Timestamp("2010-12-01 08:26") + pd.Timedelta(days=int(number * 4.65), hours=int(random.integers(9)))
        for code in random.choice(len(codes), size=random.integers(1, 6), replace=False):
            stock_code, description, price = codes[code]
            price = price if random.random() < 0.8 else round(price * 0.85, 2)
            quantity = int(random.integers(1, 13))
            lines.append((f"{536365 + number}", stock_code, description, quantity, str(day), price, customer, country))
    uk = "United Kingdom"
    lines += [
        # No customer.
        ("536544", "21003", "GIFT 3", 2, "2010-12-01 14:32", 5.91, None, uk),
        ("536544", "DOT", "DOTCOM POSTAGE", 1, "2010-12-01 14:32", 569.77, None, uk),
        # The same line three times: one sale and two repetitions.
        ("540001", "21004", "GIFT 4", 1, "2011-01-04 10:00", 3.74, 12350.0, uk),
        ("540001", "21004", "GIFT 4", 1, "2011-01-04 10:00", 3.74, 12350.0, uk),
        ("540001", "21004", "GIFT 4", 1, "2011-01-04 10:00", 3.74, 12350.0, uk),
        # Not repetitions: another quantity, another price.
        ("540001", "21004", "GIFT 4", 2, "2011-01-04 10:00", 3.74, 12350.0, uk),
        ("540001", "21004", "GIFT 4", 1, "2011-01-04 10:00", 3.18, 12350.0, uk),
        # The minute of an invoice changes while it is written.
        ("540001", "21005", "GIFT 5", 1, "2011-01-04 10:01", 4.57, 12350.0, uk),
        # Cancellations: of a sale, of a customer's only invoice, of nobody's.
        ("C540002", "21004", "GIFT 4", -1, "2011-01-05 10:00", 3.74, 12350.0, uk),
        ("C540003", "21006", "GIFT 6", -3, "2011-02-05 10:00", 5.40, 17999.0, uk),
        ("C540004", "D", "Discount", -1, "2011-02-06 10:00", 27.50, None, uk),
        # Given away: price zero, in an invoice with a sale and alone.
        ("540005", "21007", "GIFT 7", 1, "2011-03-01 10:00", 0.0, 12351.0, uk),
        ("540005", "21008", "GIFT 8", 1, "2011-03-01 10:00", 7.06, 12351.0, uk),
        ("540006", "21009", "GIFT 9", 1, "2011-03-02 10:00", 0.0, 17998.0, uk),
        # A price below a penny.
        ("540007", "PADS", "PADS TO MATCH ALL CUSHIONS", 1, "2011-03-03 10:00", 0.001, 12352.0, uk),
        # Stock written off: a negative quantity that is no cancellation, and no description.
        ("540008", "21010", None, -20, "2011-03-04 10:00", 0.0, None, uk),
        ("540008", "21010", "damaged", -20, "2011-03-04 10:00", 0.0, None, uk),
        # A product that never had a price.
        ("540009", "DCGS0072", None, 1, "2011-03-05 10:00", 0.0, None, uk),
        # Bad debt.
        ("A563185", "B", "Adjust bad debt", 1, "2011-08-12 14:50", 11062.06, None, uk),
        ("A563186", "B", "Adjust bad debt", 1, "2011-08-12 14:51", -11062.06, None, uk),
        # The last day; and a customer who has moved.
        ("581587", "21011", "GIFT 11", 3, "2011-12-09 12:50", 9.55, 12353.0, "EIRE"),
        ("581588", "M", "Manual", 1, "2011-12-09 12:51", 4.00, 12354.0, uk),
    ]
    names = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    frame = pd.DataFrame(lines, columns=names)
    return frame.astype({"Quantity": "int32", "InvoiceDate": "datetime64[us]"})
