"""What every test may rely on: a cache folder of the run's own, and as many random examples as were asked for."""

import os

import pytest
from hypothesis import settings

examples = int(os.environ.get("AST_AD_FUZZ", "0"))
settings.register_profile("ast_ad", max_examples=examples or 25, derandomize=not examples, deadline=None, database=None)
settings.load_profile("ast_ad")


@pytest.fixture(scope="session", autouse=True)
def _own_cache_folder(tmp_path_factory):
    """The user's own cache is neither read nor filled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AST_AD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
