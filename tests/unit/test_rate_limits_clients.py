import pytest

from classroom.rate_limits.clients import client_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("localhost", "localhost"),
        ("x" * 1000, "x" * 64),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_client_is_an_address_or_an_ipv6_network(address: str | None, client: str) -> None:
    assert client_of(address) == client
