"""The interactive documentation, and the files that it loads."""

import re
from urllib.parse import urljoin

import pytest
from webtest import TestApp, TestResponse

from ..support.npm import MODULES
from ..support.paths import ROOT

pytestmark = pytest.mark.one_combination

DOCS = "/api/docs/"
MEDIA_TYPES = {
    DOCS: "text/html; charset=utf-8",
    f"{DOCS}swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    f"{DOCS}initializer.js": "text/javascript; charset=utf-8",
    f"{DOCS}swagger-ui.css": "text/css; charset=utf-8",
}


def loaded_by(page: TestResponse) -> list[str]:
    """Return the URLs of the files that a page loads, without data: URLs."""
    urls = re.findall('<(?:link|script)[^>]*(?:href|src)="([^"]+)"', page.text)
    return [urljoin(page.request.path, url) for url in urls if not url.startswith("data:")]


def test_the_page_and_its_files_need_no_credentials(anonymous: TestApp) -> None:
    page = anonymous.get(DOCS)
    assert {DOCS, *loaded_by(page)} == MEDIA_TYPES.keys()
    for url, media_type in MEDIA_TYPES.items():
        response = anonymous.get(url)
        assert response.headers["Content-Type"] == media_type
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert (
            "default-src 'none'; script-src 'self'" in response.headers["Content-Security-Policy"]
        )
        assert response.body


@pytest.mark.parametrize("prefix", ["", "/my%20school"])
def test_the_page_reads_the_document_below_any_prefix(anonymous: TestApp, prefix: str) -> None:
    mounted = {"SCRIPT_NAME": prefix.replace("%20", " ")}
    page = anonymous.get(DOCS, extra_environ=mounted)
    script = anonymous.get(f"{DOCS}initializer.js", extra_environ=mounted)
    url = re.search('url: "([^"]+)"', script.text)
    assert url
    path = urljoin(prefix + DOCS, url[1])
    assert path.startswith(f"{prefix}/api/")
    assert f'href="{url[1]}"' in page.text
    document = anonymous.get(path.removeprefix(prefix), extra_environ=mounted).json
    assert document["servers"][0]["url"] == f"http://localhost{prefix}"


def test_the_page_has_no_inline_code_and_names_no_host(anonymous: TestApp) -> None:
    page = anonymous.get(DOCS)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not re.search("<style|<script(?! src=)| style=| on[a-z]+=", page.text)
    for text in (page.text, policy, anonymous.get(f"{DOCS}initializer.js").text):
        assert "//" not in re.sub("^ *// .*$", "", text, flags=re.MULTILINE)


def test_the_files_are_revalidated_and_read_only(anonymous: TestApp, testapp: TestApp) -> None:
    for url in MEDIA_TYPES:
        response = anonymous.get(url)
        assert anonymous.head(url).headers["Content-Length"] == str(len(response.body))
        unchanged = anonymous.get(url, headers={"If-None-Match": response.headers["ETag"]})
        assert (unchanged.status_int, unchanged.body) == (304, b"")
        for method in ("POST", "DELETE"):
            refused = testapp.request(url, method=method, status=405)
            assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_other_files_of_the_package_are_404(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for name in (
        *("LICENSE", "index.html", "swagger_ui/LICENSE", "static/index.html"),
        *("..", "../openapi.json"),
    ):
        with subtests.test(name):
            testapp.get(DOCS + name, status=404)
            testapp.get(DOCS + name.replace("/", "%2F"), status=404)


def test_a_missing_slash_is_redirected_without_credentials(anonymous: TestApp) -> None:
    moved = anonymous.get("/api/docs", status=308)
    assert moved.headers["Location"] == f"http://localhost{DOCS}"


@pytest.mark.usefixtures("endless_windows")
def test_the_files_do_not_count_against_rate_limits(
    app_settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "1",
        "classroom.redis_url": "memory://",
    }
    anonymous = request.getfixturevalue("anonymous")
    for url in MEDIA_TYPES:
        assert "X-RateLimit-Limit" not in anonymous.get(url).headers
    anonymous.get("/", status=200)
    anonymous.get("/", status=429)
    anonymous.get(DOCS, status=200)


def test_the_documentation_can_be_turned_off(
    app_settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    app_settings["classroom.use_docs"] = "false"
    for url in MEDIA_TYPES:
        request.getfixturevalue("anonymous").get(url, status=401)
        request.getfixturevalue("password_client").get(url, status=404)


def test_the_files_of_swagger_ui_are_those_of_its_package() -> None:
    committed = ROOT / "classroom" / "docs_ui" / "swagger_ui"
    for file in committed.iterdir():
        assert file.read_bytes() == (MODULES / "swagger-ui-dist" / file.name).read_bytes(), file
    assert {"LICENSE", "NOTICE"} < {file.name for file in committed.iterdir()}
