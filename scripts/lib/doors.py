"""Doors: a contract for import-linter that lets a room of the package be entered by its ``__init__`` alone."""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Breaks where a module imports another room's module instead of what the room itself offers.

    Options of the contract:

    package
        The package whose children are rooms, if they have children themselves.
    libraries
        Rooms whose modules are there to be imported by anyone.
    """

    type_name = "doors"

    package = fields.StringField()
    libraries = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find the imports that go past a door."""
        package = str(self.package)
        libraries = {f"{package}.{name}" for name in cast("set[str]", self.libraries or set())}
        past = [
            (importer, imported)
            for imported in sorted(graph.find_descendants(package))
            if (room := _room(imported)) != imported and room not in libraries
            for importer in sorted(graph.find_modules_that_directly_import(imported))
            if _room(importer) != room
        ]
        return ContractCheck(kept=not past, metadata={"past": past})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which imports these are."""
        for importer, imported in check.metadata["past"]:
            output.print_error(f"{importer} imports {imported}; import it from the door of {_room(imported)}")


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])
