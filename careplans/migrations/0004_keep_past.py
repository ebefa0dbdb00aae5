"""Keep what the rows of these tables were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations

TABLES = (
    "careplans_condition",
    "careplans_careteam",
    "careplans_teammember",
    "careplans_careplan",
    "careplans_careplangrant",
    "careplans_planparty",
    "careplans_intervention",
    "careplans_completedintervention",
    "careplans_contact",
    "careplans_followup",
    "careplans_interventioncondition",
    "careplans_planelement",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("careplans", "0003_initial")]

    operations = [
        migrations.RunSQL(f"SELECT audit_keep_past('{table}')", migrations.RunSQL.noop) for table in TABLES
    ]
