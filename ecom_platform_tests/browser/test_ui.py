"""What a person sees in the Dagster UI."""

import pytest
from playwright.sync_api import Page, expect

from ecom_platform.tables import CATALOG

pytestmark = pytest.mark.browser


def test_the_graph_reads_left_to_right_as_the_layers(ui: str, page: Page) -> None:
    page.goto(f"{ui}/asset-groups")
    graph = page.locator("svg foreignObject")
    expect(graph.filter(has_text="raw").first).to_be_visible()
    edges = []
    for group in ("raw", "clean", "marts", "analysis"):
        box = graph.filter(has_text=group).first.bounding_box()
        assert box is not None
        edges.append(box["x"])
    assert edges == sorted(edges)
    assert len(set(edges)) == 4


def test_an_asset_shows_its_description_and_its_columns(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/marts/dm_funnel_events")
    expect(page.get_by_text("How far did each session get towards a purchase")).to_be_visible()
    for column in CATALOG["marts.dm_funnel_events"].columns[:5]:
        expect(page.get_by_text(column.name, exact=True).first).to_be_visible()
        expect(page.get_by_text(column.doc).first).to_be_visible()


def test_a_partition_shows_its_own_rows(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/clean/orders?view=partitions&partition=2026-02-01")
    expect(page.get_by_text("dagster/partition_row_count").first).to_be_visible()


def test_a_check_says_in_words_what_it_asserts(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/clean/orders?view=checks&checkDetail=accounting")
    expect(page.get_by_text("No row is dropped silently", exact=False).first).to_be_visible()
    expect(page.get_by_text("Passed", exact=True).first).to_be_visible()
