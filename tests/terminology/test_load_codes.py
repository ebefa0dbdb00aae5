"""What the command writes, that it can be repeated, and what the database itself refuses."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from terminology import files, loading, lookup
from terminology.models import Code
from terminology.systems import FSIII

pytestmark = pytest.mark.django_db
VASKE_SIG = "4d46bd94-9518-431c-82e8-ebb91bca307a"
TOTAL = sum(len(rows) for rows in files.read_all().values())


@pytest.fixture(autouse=True)
def empty_table(db: None) -> None:
    Code.objects.all().delete()


def run(**options: bool) -> str:
    out = StringIO()
    call_command("load_codes", stdout=out, no_color=True, **options)
    return out.getvalue()


def everything() -> list[tuple[object, ...]]:
    return list(Code.objects.order_by("id").values_list())


def test_loading_writes_every_code_of_the_files() -> None:
    run()

    rows = [row for found in files.read_all().values() for row in found]
    assert loading.stored() == {(row.system, row.code): row for row in rows}


def test_loading_tells_counts_by_system() -> None:
    told = run()

    assert "   231  urn:oid:1.2.208.176.2.21\n" in told
    assert f"{TOTAL} added, 0 changed, 0 unchanged" in told


def test_loading_again_changes_nothing() -> None:
    run()
    before = everything()

    told = run()

    assert everything() == before
    assert f"0 added, 0 changed, {TOTAL} unchanged" in told


def test_loading_again_only_reads(django_assert_max_num_queries: Any) -> None:
    run()

    with django_assert_max_num_queries(3):
        run()


def test_loading_repairs_a_changed_code_and_keeps_its_key() -> None:
    run()
    key = Code.objects.get(code=VASKE_SIG).pk
    Code.objects.filter(pk=key).update(display_da="Noget andet", law="health-act")

    told = run()

    repaired = Code.objects.get(pk=key)
    assert (repaired.display_da, repaired.law) == ("Vaske sig", "")
    assert "0 added, 1 changed" in told


def test_legacy_codes_may_change_places() -> None:
    run()
    first, second = Code.objects.get(legacy_code="J1.1"), Code.objects.get(legacy_code="J1.2")
    Code.objects.filter(pk=first.pk).update(legacy_code="")
    Code.objects.filter(pk=second.pk).update(legacy_code="J1.1")
    Code.objects.filter(pk=first.pk).update(legacy_code="J1.2")

    run()

    assert Code.objects.get(pk=first.pk).legacy_code == "J1.1"
    assert Code.objects.get(pk=second.pk).legacy_code == "J1.2"


def test_legacy_code_of_another_system_is_left_alone() -> None:
    run()
    other = Code.objects.create(system="urn:other", code="x", legacy_code="J1.1", display_da="Andet", branch="scale")
    Code.objects.filter(system=FSIII, code=VASKE_SIG).delete()

    run()

    other.refresh_from_db()
    assert other.legacy_code == "J1.1"


def test_code_beyond_the_files_stays_and_is_told() -> None:
    run()
    Code.objects.create(system=FSIII, code="ny", display_da="Ny", branch="scale")

    told = run()

    assert Code.objects.filter(code="ny").exists()
    assert "1 beyond the files" in told


def test_check_is_content_after_loading() -> None:
    run()

    assert f"The table equals the files: {TOTAL} codes." in run(check=True)


@pytest.mark.parametrize(
    ("disturb", "told"),
    [
        pytest.param(lambda: Code.objects.filter(code=VASKE_SIG).delete(), "1 missing, 0 changed, 0 beyond", id="gone"),
        pytest.param(
            lambda: Code.objects.filter(code=VASKE_SIG).update(area="x"), "0 missing, 1 changed, 0 beyond", id="changed"
        ),
        pytest.param(
            lambda: Code.objects.create(system="x", code="y", display_da="z", branch="scale"),
            "0 missing, 0 changed, 1 beyond",
            id="beyond",
        ),
    ],
)
def test_check_fails_and_writes_nothing_when_the_table_differs(disturb: Any, told: str) -> None:
    run()
    disturb()
    before = everything()

    with pytest.raises(CommandError, match=told):
        run(check=True)

    assert everything() == before


def test_a_process_that_loads_sees_the_new_codes_after_its_commit(django_capture_on_commit_callbacks: Any) -> None:
    Code.objects.create(system="x", code="y", display_da="z", branch="scale")
    assert lookup.find("x", "y") is not None
    assert lookup.find(FSIII, VASKE_SIG) is None

    with django_capture_on_commit_callbacks(execute=True):
        run()

    assert lookup.find(FSIII, VASKE_SIG) is not None


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        pytest.param({"code": VASKE_SIG}, "code_once_per_system", id="code-twice"),
        pytest.param({"legacy_code": "J1.1"}, "legacy_code_once_per_system", id="legacy-code-twice"),
        pytest.param({"law": "healthcare-act"}, "code_law_is_known", id="law-by-its-fhir-name"),
        pytest.param({"law": "citizen"}, "code_law_is_known", id="law-that-no-code-implies"),
        pytest.param({"display_da": ""}, "code_says_what_it_is", id="no-title"),
        pytest.param({"branch": ""}, "code_says_what_it_is", id="no-branch"),
        pytest.param({"parent_code": "new"}, "code_is_not_its_own_parent", id="own-parent"),
    ],
)
def test_database_refuses_a_code_that_cannot_be_true(codes: None, wrong: dict[str, str], constraint: str) -> None:
    fields = {"system": FSIII, "code": "new", "display_da": "Ny", "branch": "scale"} | wrong

    with pytest.raises(IntegrityError, match=constraint):
        Code.objects.create(**fields)


def test_codes_without_legacy_code_may_be_many(codes: None) -> None:
    assert Code.objects.filter(system=FSIII, legacy_code="").count() > 1
