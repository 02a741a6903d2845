"""Where a webhook may go: a table of what has been used to reach what it must not."""

from __future__ import annotations

import pytest

from connectors.channels.addresses import RefusedUrl, check_url, is_address, is_public

REFUSED = [
    "http://hooks.example/",
    "ftp://hooks.example/",
    "//hooks.example/",
    "hooks.example",
    "",
    "https://",
    "https:///path",
    "https://user@hooks.example/",
    "https://user:secret@hooks.example/",
    "https://hooks.example@127.0.0.1/",
    "https://hooks.example/#fragment",
    "https://hooks.example:22/",
    "https://hooks.example:6379/",
    "https://hooks.example:0/",
    "https://hooks.example:99999/",
    "https://hooks.example:https/",
    "https://hooks.example:/",
    "https://127.1/",
    "https://127.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://010.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.8/",
    "https://100.64.0.1/",
    "https://192.168.1.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378::]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://[::1]x/",
    "https://[::1/",
    "https://localhost/",
    "https://localhost./",
    "https://hooks.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://hooks.example./",
    "https://hooks..example/",
    "https://-hooks.example/",
    "https://hooks.exa mple/",
    "https://hooks.example\\@127.0.0.1/",
    "https://hooks.example/\r\nHost: other",
    "https://hoo\tks.example/",
    "https://①②⑦.⓪.⓪.①/",
    "https://bücher.example/",
    "https://hooks%2eexample/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_refused(url: str) -> None:
    """Each is refused, and the sentence never repeats the URL, which may be a secret."""
    with pytest.raises(RefusedUrl) as refused:
        check_url(url, False)
    assert not url.strip("/:") or url not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example", "hooks.example", "/"),
        ("https://HOOKS.example/a/b?c=d&e=%20", "hooks.example", "/a/b?c=d&e=%20"),
        ("https://hooks.example:443/x", "hooks.example", "/x"),
        ("https://hooks.example:8443/x", "hooks.example:8443", "/x"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/"),
        ("https://8.8.8.8/", "8.8.8.8", "/"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]", "/"),
    ],
)
def test_accepted(url: str, authority: str, path: str) -> None:
    target = check_url(url, False)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://localhost:1/", "https://10.0.0.8/", "http://[::1]:9/x"],
)
def test_private_ones_where_the_channel_says_so(url: str) -> None:
    assert check_url(url, True)


@pytest.mark.parametrize(
    "url",
    ["https://u@10.0.0.8/", "https://127.1/", "https://localhost./", "gopher://a/", "http://"],
)
def test_what_stays_refused_then_too(url: str) -> None:
    with pytest.raises(RefusedUrl):
        check_url(url, True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("192.0.0.9", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.7", False),
        ("240.0.0.1", False),
        ("2606:4700::1111", True),
        ("2001:4860:4860::8888", True),
        ("2001:db8::1", False),
        ("2001:20::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::808:808", False),
        ("no address", False),
    ],
)
def test_addresses_that_names_lead_to(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://127.0.0.1/", True),
        ("https://[2001:DB8::1]/", True),
        ("https://hooks.example/", False),
        ("https://127.0.0.1.example/", False),
        ("https://localhost/", False),
    ],
)
def test_a_host_is_an_address_or_a_name(url: str, expected: bool) -> None:
    assert is_address(check_url(url, True).host) is expected
