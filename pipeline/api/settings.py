"""Settings: what the functions of the door are given as ``config`` and ``device``."""

from __future__ import annotations

from pathlib import Path

from tablekin.config import RunConfig, read_config


def settings_of(config: RunConfig | str | Path | None, device: str | None) -> RunConfig:
    """Make the config of a call.

    Parameters
    ----------
    config
        The config, or a TOML file of it; the defaults without one.
    device
        The device, if not that of the config.

    Raises
    ------
    ConfigError
        The file cannot be used, or there can be no such device.
    """
    settings = config if isinstance(config, RunConfig) else read_config(config)
    return settings if device is None else settings.on_device(device)
