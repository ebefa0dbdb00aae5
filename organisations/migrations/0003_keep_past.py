"""Keep what the rows of these tables were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations

TABLES = (
    "organisations_organisation",
    "organisations_unitlink",
    "organisations_location",
    "organisations_professional",
    "organisations_employment",
    "organisations_permit",
    "organisations_treatmentrelation",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("organisations", "0002_unit_closure")]

    operations = [
        migrations.RunSQL(f"SELECT audit_keep_past('{table}')", migrations.RunSQL.noop) for table in TABLES
    ]
