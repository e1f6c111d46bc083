"""What the tests of the workbook share: the workbook, and Tableau's published schemas."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_platform.dashboard.tableau.connections import in_bigquery, in_extracts
from ecom_platform.dashboard.tableau.schema import schemas
from ecom_platform.dashboard.tableau.workbook import workbook
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.warehouse.bigquery.options import BigQueryOptions

MEMBERS = dict.fromkeys(DIMENSIONS, ("unknown", 'with a "quotation" mark', "& < >"))


@pytest.fixture(scope="session", params=["extracts", "bigquery"])
def written(request: pytest.FixtureRequest) -> bytes:
    """The workbook over either kind of source."""
    options = BigQueryOptions("my-project", "US", "ecom_", 1, None, "", 6.25)
    return workbook(in_extracts if request.param == "extracts" else in_bigquery(options), MEMBERS)


@pytest.fixture(scope="session")
def published() -> list[Path]:
    """Tableau's schemas, which are not ours to pass on: in a folder `shared/schemas` beside the checkout or above it."""
    for parent in Path(__file__).parents:
        if found := schemas(parent / "shared" / "schemas"):
            return found
    pytest.skip("Tableau's schemas (github.com/tableau/tableau-document-schemas) are not in ../shared/schemas")
