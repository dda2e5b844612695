"""Every page on dynamics belongs to a scenario, and shows a small figure that a script of its own draws."""

import pytest
from support.pages import DYNAMICS, ROOT, page_names, read

from neuroplast import registry

PAGES = [page for page in page_names() if page.startswith(DYNAMICS)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_on_dynamics_is_whole(page):
    name = page.removeprefix(DYNAMICS).removesuffix(".md")
    assert name in registry.current().kinds()["scenario"]
    assert (ROOT / "scripts" / "figures" / f"{name}.py").is_file()
    text = read(page)
    assert f"neuroplast run {name}" in text
    assert f"../figures/{name}." in text


def test_figures_are_small():
    limits = {".svg": 100_000, ".png": 60_000}
    for file in (ROOT / "docs" / "figures").iterdir():
        assert file.stat().st_size < limits[file.suffix], file.name
