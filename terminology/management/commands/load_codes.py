"""Load the code files into the table of codes.

Run it after every release: it writes only what differs, in one transaction, and is safe to repeat. `--check` writes
nothing and fails when the table and the files are not equal. `--code-system FILE` adds an official release of FSIII;
give it every time, or our own stand-ins come back. Running processes see new codes when they restart.
"""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from terminology import files, loading
from terminology.code_systems import with_release
from terminology.rows import CodeRow


class Command(BaseCommand):
    """Load or check the codes of the files."""

    help = "Load the codes of terminology/data into the database, or check that they are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the switch."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when table and files differ")
        parser.add_argument("--code-system", type=Path, help="an official FSIII release (FHIR CodeSystem, JSON)")

    def handle(self, *args: Any, check: bool, code_system: Path | None, **options: Any) -> None:
        """Read the files, then compare or load, telling each step."""
        try:
            codes = self._read(code_system)
        except files.BadCodeFileError as error:
            raise CommandError(str(error)) from error
        if check:
            self._check(codes)
        else:
            self._load(codes)

    def _read(self, code_system: Path | None) -> list[CodeRow]:
        """Return the codes of our files, and of the official release when one is given."""
        found = files.read_all()
        for name, rows in found.items():
            self.stdout.write(f"read {name}: {len(rows)} codes")
        codes = [row for rows in found.values() for row in rows]
        if code_system is None:
            return codes
        more = with_release(code_system, codes)
        files.check(more)
        self.stdout.write(f"read {code_system.name}: {len(more) - len(codes)} codes more")
        return more

    def _check(self, codes: list[CodeRow]) -> None:
        """Compare the table with the files."""
        missing, changed, beyond = loading.difference(codes)
        if missing or changed or beyond:
            raise CommandError(
                f"The table differs from the files: {len(missing)} missing, {len(changed)} changed, "
                f"{len(beyond)} beyond the files."
            )
        self.stdout.write(self.style.SUCCESS(f"The table equals the files: {len(codes)} codes."))

    def _load(self, codes: list[CodeRow]) -> None:
        """Load the codes and count them by system."""
        missing, changed, beyond = loading.load(codes)
        for system, count in sorted(Counter(row.system for row in codes).items()):
            self.stdout.write(f"{count:>6}  {system}")
        unchanged = len(codes) - len(missing) - len(changed)
        self.stdout.write(
            self.style.SUCCESS(
                f"{len(codes)} codes: {len(missing)} added, {len(changed)} changed, {unchanged} unchanged; "
                f"{len(beyond)} beyond the files left as they are."
            )
        )
