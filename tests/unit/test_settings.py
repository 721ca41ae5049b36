import pytest

from classroom.rate_limits.counters import open_counter
from classroom.settings import DEFAULT_SETTINGS, SettingError, parse


def test_the_defaults_are_typed() -> None:
    settings = parse(DEFAULT_SETTINGS)
    assert settings.secret_key is None
    assert (settings.use_token_auth, settings.use_rate_limits) == (False, False)
    assert (settings.token_lifetime, settings.identity_ttl) == (3600, 5)
    assert settings.login_attempts == 10
    assert (settings.rate_limit_calls, settings.rate_limit_period) == (5, 15)
    assert (settings.per_page, settings.max_per_page) == (50, 100)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("Yes", True), ("0", False)])
def test_booleans_have_the_values_of_ini_files(text: str, value: bool) -> None:
    assert parse({**DEFAULT_SETTINGS, "classroom.use_token_auth": text}).use_token_auth is value


@pytest.mark.parametrize(
    ("text", "host"),
    [("127.0.0.1:9150", "127.0.0.1"), ("[::1]:9150", "::1"), ("localhost:9150", "localhost")],
)
def test_an_address_is_a_host_and_a_port(text: str, host: str) -> None:
    address = parse({**DEFAULT_SETTINGS, "classroom.metrics_listen": text}).metrics_listen
    assert address == (host, 9150)
    assert str(address) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("classroom.secret_key", ""),
        ("classroom.secret_key", "x" * 31),
        ("classroom.use_token_auth", "maybe"),
        ("classroom.use_rate_limits", ""),
        ("classroom.token_lifetime", "0"),
        ("classroom.token_lifetime", "an hour"),
        ("classroom.identity_ttl", "-1"),
        ("classroom.identity_ttl", "1.5"),
        ("classroom.login_attempts", "-1"),
        ("classroom.rate_limit.calls", "0"),
        ("classroom.rate_limit.period", "\xb2"),
        ("classroom.rate_limit.period", "9" * 5000),
        ("classroom.redis_url", "localhost"),
        ("classroom.redis_url", "http://localhost"),
        ("classroom.redis_url", "redis://localhost/x"),
        ("classroom.redis_url", "redis://:one#two@localhost"),
        ("classroom.redis_url", "unix://"),
        ("classroom.identity_ttl", "0" * 20 + "9" * 8),
        ("classroom.per_page", "1_0"),
        ("classroom.per_page", "101"),
        ("classroom.max_per_page", "-5"),
        ("classroom.perpage", "50"),
        ("classroom.metrics_listen", ""),
        ("classroom.metrics_listen", "9150"),
        ("classroom.metrics_listen", ":9150"),
        ("classroom.metrics_listen", "::1:9150"),
        ("classroom.metrics_listen", "127.0.0.1:0"),
        ("classroom.metrics_listen", "127.0.0.1:65536"),
    ],
)
def test_an_invalid_setting_is_one_error_line_with_its_key(key: str, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        parse({**DEFAULT_SETTINGS, key: text})
    assert str(refused.value).startswith(f"{key}: ")
    assert "\n" not in str(refused.value)
    assert isinstance(refused.value, SystemExit)


def test_an_unknown_option_of_redis_aborts_startup() -> None:
    url = "redis://localhost/0?no_such=1"
    settings = parse(
        {**DEFAULT_SETTINGS, "classroom.redis_url": url, "classroom.use_rate_limits": "true"}
    )
    with pytest.raises(SettingError, match=r"^classroom\.redis_url: "):
        open_counter(settings, "calls", 15)


def test_the_repr_of_settings_hides_the_secret() -> None:
    settings = parse({**DEFAULT_SETTINGS, "classroom.secret_key": "x" * 32})
    assert "xxx" not in repr(settings)
