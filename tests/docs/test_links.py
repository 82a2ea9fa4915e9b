"""Links in the Markdown that is not of the site: files and headings are there, and other hosts are known ones."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.docs.markdown import ROOT, SITE, anchors, links, name_of, pages

HOSTS = {
    "docs.getmoto.org",
    "keepachangelog.com",
    "semver.org",
    "www.pulumi.com",
}
"""Where links lead to. CI cannot ask there; `make linkcheck` does, for whoever has the internet at hand."""


@pytest.mark.parametrize("page", [name_of(page) for page in pages()])
def test_every_link_leads_somewhere(page: str) -> None:
    path = ROOT / page
    for line, target in links(path):
        where = f"{page}:{line}: {target}"
        url = urlsplit(target)
        if url.scheme:
            assert (url.scheme, url.netloc in HOSTS) == ("https", True), where
            continue
        file = (path.parent / url.path).resolve() if url.path else path
        assert file.exists(), where
        assert file.is_relative_to(ROOT), where
        if url.fragment and not (file.is_relative_to(SITE) and path.is_relative_to(SITE)):
            # Within the site Sphinx looks, which knows the headings that the code makes, too.
            assert url.fragment in anchors(file), where


def test_no_host_is_listed_that_nothing_leads_to() -> None:
    assert {urlsplit(target).netloc for page in pages() for _, target in links(page)} - {""} == HOSTS
