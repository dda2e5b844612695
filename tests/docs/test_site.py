"""The documentation builds as a site with warnings as errors, and the site needs nothing from the network."""

import re
import shutil
import subprocess
import sys

import pytest
from support.pages import ROOT

BUILD = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
LOADED = re.compile(r"""(?:\bsrc|<link[^>]*\bhref)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""")
"""What a browser fetches by itself; links that a reader may follow are none of it."""


def build(folder):
    return subprocess.run(
        BUILD, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
    )


@pytest.fixture
def sources(tmp_path):
    """A copy of what the site is built from."""
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    return tmp_path


def test_it_builds_and_loads_nothing_from_the_network(sources):
    answer = build(sources)
    assert answer.returncode == 0, answer.stdout
    pages = {
        p.name: p.read_text(encoding="utf-8") for p in (sources / "build/site").rglob("*.html")
    }
    assert {f"{p.stem}.html" for p in (ROOT / "docs").rglob("*.md")} <= set(pages)
    assert {name: LOADED.findall(text) for name, text in pages.items() if LOADED.search(text)} == {}
    assert "write-a-rule.html" in pages["index.html"]
    styles = list((sources / "build/site").rglob("*.css"))
    assert styles
    for style in styles:
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", text), style.name


def test_what_would_be_fetched_is_seen():
    assert LOADED.findall('<link rel="stylesheet" href="https://fonts.example/css">')
    assert LOADED.findall("<script src='//cdn.example/x.js'>")
    assert not LOADED.findall('<a href="https://example.org">a page</a><img src="assets/a.png">')


def test_every_page_is_in_the_navigation():
    listed = re.findall(r"^ +- [^:]+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    docs = ROOT / "docs"
    assert sorted(listed) == sorted(p.relative_to(docs).as_posix() for p in docs.rglob("*.md"))


@pytest.mark.parametrize("link", ["no-such-page.md", "start.md#no-such-heading"])
def test_a_link_that_leads_nowhere_is_an_error(tmp_path, link):
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: two pages\n")
    (tmp_path / "docs" / "start.md").write_text("# Start\n")
    page = tmp_path / "docs" / "index.md"
    page.write_text("# Index\n\n[there](start.md)\n")
    assert build(tmp_path).returncode == 0
    page.write_text(f"# Index\n\n[there]({link})\n")
    answer = build(tmp_path)
    assert answer.returncode != 0
    assert "does not exist" in answer.stdout
