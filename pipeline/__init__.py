"""tablekin: find out which historical numerical tables were copied from which, and see why.

The stages lie in rooms of their own, in the order the data flows; what a notebook or a script needs of them is here:

>>> import tablekin
>>> page = tablekin.read_page("p053.jpg")
>>> other = tablekin.read_page("p232.tif")
>>> pair = tablekin.compare(page, other)
>>> apparatus = tablekin.collate(page, other)
>>> corpus = tablekin.Corpus.open("corpus")

Names are imported when they are first used, so that ``import tablekin`` takes no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door
from tablekin.version import __version__ as __version__

if TYPE_CHECKING:
    from tablekin.api import Corpus as Corpus
    from tablekin.api import collate as collate
    from tablekin.api import compare as compare
    from tablekin.api import correct as correct
    from tablekin.api import read_page as read_page
    from tablekin.api import run as run
    from tablekin.config import RunConfig as RunConfig
    from tablekin.config import read_config as read_config
    from tablekin.errors import ConfigError as ConfigError
    from tablekin.errors import CorpusError as CorpusError
    from tablekin.errors import DiskFullError as DiskFullError
    from tablekin.errors import ExitCode as ExitCode
    from tablekin.errors import InUseError as InUseError
    from tablekin.errors import NothingUsableError as NothingUsableError
    from tablekin.errors import ScanError as ScanError
    from tablekin.errors import StoppedError as StoppedError
    from tablekin.errors import StorageError as StorageError
    from tablekin.errors import TablekinError as TablekinError
    from tablekin.errors import UsageError as UsageError
    from tablekin.orchestration import Corrected as Corrected
    from tablekin.orchestration import Summary as Summary
    from tablekin.report import Apparatus as Apparatus
    from tablekin.report import Page as Page
    from tablekin.report import Pair as Pair
    from tablekin.report import RecomputedPage as RecomputedPage
else:  # so that a type checker tells a name that is not there
    __getattr__, __dir__, __all__ = open_door(
        __name__,
        {
            "api": ["read_page", "compare", "collate", "run", "correct", "Corpus"],
            "report": ["Apparatus", "Page", "Pair", "RecomputedPage"],
            "orchestration": ["Corrected", "Summary"],
            "config": ["RunConfig", "read_config"],
            "errors": [
                "TablekinError",
                "UsageError",
                "ConfigError",
                "CorpusError",
                "StorageError",
                "DiskFullError",
                "InUseError",
                "NothingUsableError",
                "ScanError",
                "StoppedError",
                "ExitCode",
            ],
        },
    )
