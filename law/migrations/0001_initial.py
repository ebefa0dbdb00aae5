"""Make the table of decisions about switches, which the database dates itself and refuses to change."""

from django.db import migrations, models

import fhir.ids

DATED = """
CREATE FUNCTION law_date_position() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date;
BEGIN
    NEW.decided_at := clock_timestamp();
    NEW.known_from := NEW.decided_at + interval '10 seconds';
    today := (NEW.decided_at AT TIME ZONE 'Europe/Copenhagen')::date;
    IF NEW.start < today OR (NEW.is_on AND NEW.start = today) THEN
        RAISE EXCEPTION 'a switch is opened for tomorrow or later and closed for today or later, not from %', NEW.start
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER position_dated BEFORE INSERT ON law_switchposition
    FOR EACH ROW EXECUTE FUNCTION law_date_position();
"""

HOLDS = """
CREATE FUNCTION law_switch_holds(wanted text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT is_on FROM law_switchposition
        WHERE code = wanted AND known_from <= at AND start <= (at AT TIME ZONE 'Europe/Copenhagen')::date
            AND ("end" IS NULL OR (at AT TIME ZONE 'Europe/Copenhagen')::date < "end")
        ORDER BY known_from DESC, id DESC LIMIT 1
    ), false)
$$;
"""

REFUSE = """
CREATE FUNCTION law_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'decisions about switches are append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER position_append_only BEFORE UPDATE OR DELETE ON law_switchposition
    FOR EACH ROW EXECUTE FUNCTION law_refuse_change();
CREATE TRIGGER position_no_truncate BEFORE TRUNCATE ON law_switchposition
    FOR EACH STATEMENT EXECUTE FUNCTION law_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON law_switchposition FROM PUBLIC, CURRENT_USER;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SwitchPosition",
            fields=[
                ("id", models.UUIDField(default=fhir.ids.new_key, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=40)),
                ("is_on", models.BooleanField()),
                ("start", models.DateField()),
                ("end", models.DateField(null=True)),
                ("decided_by", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=1000)),
                ("decided_at", models.DateTimeField(editable=False)),
                ("known_from", models.DateTimeField(editable=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end__isnull", True), ("end__gt", models.F("start")), _connector="OR"),
                        name="position_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by__regex", r"^\s*$"), _negated=True), name="position_decided_by"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", r"^\s*$"), _negated=True), name="position_reason"
                    ),
                ],
                "indexes": [models.Index(fields=["known_from"], name="position_known_from")],
            },
        ),
        migrations.RunSQL(DATED, migrations.RunSQL.noop),
        migrations.RunSQL(HOLDS, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
    ]
