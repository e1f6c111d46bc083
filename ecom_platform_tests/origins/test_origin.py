"""What an origin says of itself beside its rows."""

from pathlib import Path

from ecom_platform.origins.origin import provenance
from ecom_platform.settings import Settings

ONLINE_RETAIL = Path(__file__).parents[2] / "examples" / "online_retail"


def test_the_world_names_its_seed_and_its_currency() -> None:
    assert provenance(Settings.load({"ECOM_SEED": "7"})) == {"origin": "synthetic world, seed 7", "currency": "KRW"}


def test_a_source_says_whose_rows_they_are_and_in_which_currency() -> None:
    said = provenance(Settings.load({"ECOM_SOURCE": str(ONLINE_RETAIL)}))
    assert said["origin"] == "UCI Online Retail"
    assert said["currency"] == "GBP"
    assert said["licence"] == "CC BY 4.0"
    assert "Daqing Chen" in said["attribution"]


def test_what_a_source_does_not_tell_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user_id\n", encoding="utf-8")
    settings = Settings.load({"ECOM_SOURCE": str(tmp_path), "ECOM_START_MONTH": "2024-01"})
    assert provenance(settings) == {"origin": tmp_path.name}
