import pytest

from ecom_platform_tests.quality.remediation.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()
