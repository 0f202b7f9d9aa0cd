"""Settings come from flags, environment, TOML and defaults, and every refusal names the setting."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from belljar.errors import SettingsError
from belljar.settings import Connections, Limits, Models, Settings, load_settings, settable


def load(
    tmp_path: Path, toml: str | None = None, *, env: dict[str, str] | None = None, **flags: object
) -> Settings:
    if toml is not None:
        (tmp_path / "belljar.toml").write_text(toml, encoding="utf-8")
    return load_settings(flags, environ=env or {}, cwd=tmp_path)


def test_defaults_are_the_documented_ones(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.host, settings.port, settings.root_path) == ("127.0.0.1", 8000, "")
    assert settings.profile == ("data",)
    assert settings.packages is None
    assert settings.embedders == ()
    assert settings.isolation is True
    limits = settings.limits
    assert (limits.timeout, limits.max_timeout, limits.grace, limits.load_timeout) == (30, 600, 1, 180)
    assert limits.memory == 2 * 2**30
    assert limits.stream_chars == 10_000_000


def test_flags_win_over_environment_over_file_over_default(tmp_path: Path) -> None:
    toml = "port = 1\ntimeout = 1\ngrace = 1\n"
    settings = load(tmp_path, toml, env={"BELLJAR_PORT": "2", "BELLJAR_TIMEOUT": "2"}, port="3")
    assert settings.port == 3
    assert settings.limits.timeout == 2
    assert settings.limits.grace == 1


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "port = 1", port=None).port == 1


def test_the_file_named_by_the_environment_is_read(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("port = 7")
    assert load(tmp_path, env={"BELLJAR_CONFIG": str(file)}).port == 7


def test_a_file_named_by_a_flag_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml cannot be read"):
        load_settings({}, environ={}, config=tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("given", "seconds"), [("30", 30), (1.5, 1.5), ("500 ms", 0.5), ("10 min", 600), ("1h", 3600), ("2s", 2)]
)
def test_durations_take_units(tmp_path: Path, given: object, seconds: float) -> None:
    assert load(tmp_path, grace=given).limits.grace == seconds


@pytest.mark.parametrize(
    ("given", "size"),
    [(1000, 1000), ("64 MiB", 2**26), ("1.5 GiB", 3 * 2**29), ("5 kB", 5000), ("1_000", 1000)],
)
def test_sizes_take_units(tmp_path: Path, given: object, size: int) -> None:
    assert load(tmp_path, file_bytes=given).limits.file_bytes == size


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "80000"), ("port", "http"), ("port", True),
        ("timeout", 0), ("timeout", -1), ("timeout", "soon"), ("timeout", "2 days"), ("timeout", True),
        ("memory", "1 MiB"), ("memory", "8 GiB"), ("files", 0), ("files", 1.5), ("display_bytes", "0.5 B"),
        ("isolation", "perhaps"), ("log_level", "loud"), ("host", "not a host"), ("assets_dir", ""),
        ("root_path", "tools"), ("root_path", "/a/../b"), ("root_path", "/a b"), ("root_path", 5),
        ("packages", ["num py"]), ("packages", 3), ("profile", "-x-"), ("forwarded_allow_ips", "proxy.local"),
        ("embedders", "docs.example.org"), ("embedders", "https://a.example/path"), ("embedders", "ftp://a"),
        ("embedders", ["https://a.example; script-src *"]), ("embedders", ["https://a", "*"]),
    ],
)  # fmt: skip
def test_a_refusal_names_setting_source_value_and_what_is_allowed(
    tmp_path: Path, name: str, value: object
) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, **{name: value})
    text = str(refusal.value)
    assert text.startswith(f"{name} (from --{name.replace('_', '-')}) is {value!r}; allowed is ")


def test_the_source_of_a_refusal_is_the_variable_or_the_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"from environment variable BELLJAR_PORT"):
        load(tmp_path, env={"BELLJAR_PORT": "x"})
    with pytest.raises(SettingsError, match=r"from .*belljar\.toml"):
        load(tmp_path, 'port = "x"')


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"'time_out', which is no setting: did you mean timeout\?"):
        load(tmp_path, "time_out = 3")


def test_a_broken_file_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"not valid TOML: .*line 1"):
        load(tmp_path, "port = = 3")


def test_a_timeout_above_the_longest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"timeout \(700 s\) is longer than max_timeout \(600 s\)"):
        load(tmp_path, timeout=700)


@pytest.mark.parametrize("prefix", ["/assets", "/static/", "/frame"])
def test_a_prefix_that_is_a_route_of_ours_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(SettingsError, match="belljar has a route of that name"):
        load(tmp_path, root_path=prefix)


def test_a_prefix_loses_its_last_slash(tmp_path: Path) -> None:
    assert load(tmp_path, root_path="/tools/belljar/").root_path == "/tools/belljar"


def test_embedders_are_origins_and_self_goes_without_saying(tmp_path: Path) -> None:
    given = "self https://docs.example.org/, http://localhost:3000 https://*.example.net"
    assert load(tmp_path, embedders=given).embedders == (
        "https://docs.example.org", "http://localhost:3000", "https://*.example.net",
    )  # fmt: skip
    assert load(tmp_path, embedders="*").embedders == ("*",)


def test_model_hosts_are_whole_origins_and_nothing_else_gets_into_the_policy(tmp_path: Path) -> None:
    given = "https://api.example.org/, http://10.0.0.5:8080"
    assert load(tmp_path, model_hosts=given).model_hosts == (
        "https://api.example.org",
        "http://10.0.0.5:8080",
    )
    assert load(tmp_path).model_hosts == ()
    for wrong in (
        "*",
        "https://*.example.org",
        "https://a.example/v1",
        "a.example",
        "https://a.example;x",
        "data:",
    ):
        with pytest.raises(SettingsError, match="model_hosts"):
            load(tmp_path, model_hosts=wrong)


def test_package_names_are_normalized_and_all_means_no_restriction(tmp_path: Path) -> None:
    assert load(tmp_path, packages="Scikit_Learn, numpy").packages == ("scikit-learn", "numpy")
    assert load(tmp_path, packages="all").packages is None


def test_lists_may_be_toml_arrays(tmp_path: Path) -> None:
    assert load(tmp_path, 'profile = ["numpy", "scipy"]').profile == ("numpy", "scipy")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        load(tmp_path).port = 1  # type: ignore[misc]


def test_every_field_can_be_set_and_has_a_help_text() -> None:
    names = [item.name for group in (Settings, Limits, Connections, Models) for item in fields(group)]
    assert sorted(item.name for item in settable()) == sorted({*names} - {"limits", "connections", "models"})
    assert all(item.metadata["help"] for item in settable())


@pytest.mark.parametrize("name", ["tab_key", "redis_url", "model_key"])
def test_a_secret_that_cannot_be_is_not_shown(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        load(tmp_path, env={f"BELLJAR_{name.upper()}": "hidden word"})
    assert "hidden" not in str(refused.value)


def test_models_are_named_with_where_they_are_and_what_they_cost(tmp_path: Path) -> None:
    toml = 'model_url = "https://api.example/v1/"\nmodel_names = ["a/b:free", "c"]\nmodel_prices = "c=2.5/10"'
    models = load(tmp_path, toml, env={"BELLJAR_MODEL_KEY": "sk-1"}).models
    assert (models.model_url, models.model_key) == ("https://api.example/v1", "sk-1")
    assert (models.model_names, models.model_prices) == (("a/b:free", "c"), (("c", 2.5, 10.0),))
    assert load(tmp_path, "").models.model_url == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/v1",
        "https://name:word@api.example/v1",
        "https://api.example/v1?key=k",
        "api.example",
        "https://",
        "https://api.example:port/v1",
        "file:///etc/passwd",
    ],
)
def test_a_model_server_that_would_see_the_key_in_clear_or_is_none_is_refused(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(SettingsError, match="model_url"):
        load(tmp_path, model_url=url, model_names="m")
    assert load(tmp_path, model_url="http://127.0.0.1:11434/v1", model_names="m").models.model_url


ONE = {"model_url": "https://a.example", "model_names": "m"}


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ({"model_url": "https://api.example/v1"}, "model_names is not"),
        ({"model_names": "m"}, "model_url is not"),
        (
            {"model_url": "https://a.example", "model_names": "m", "model_prices": "n=1/2"},
            "none of model_names",
        ),
        ({"model_prices": "m=cheap"}, "model_prices"),
    ],
)
def test_a_proxy_that_is_half_set_up_says_what_is_missing(
    tmp_path: Path, flags: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load(tmp_path, **flags)


def test_settings_that_are_printed_show_no_secret(tmp_path: Path) -> None:
    settings = load(
        tmp_path, tab_key="k" * 16, model_url="https://a.example", model_key="sk-x", model_names="m"
    )
    assert "kkk" not in repr(settings)
    assert "sk-x" not in repr(settings)
