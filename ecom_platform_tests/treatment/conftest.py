import pytest

from ecom_platform_tests.treatment.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()
