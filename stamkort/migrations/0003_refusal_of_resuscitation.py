"""A refusal of resuscitation is the citizen's own, from 60 years on, and takes effect seven days after it was made.

What stands on one row is a constraint; the age, which stands on another, is asked by a trigger.
"""

import datetime

from django.db import migrations, models

FROM_SIXTY = """
CREATE FUNCTION stamkort_refusal_from_sixty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM citizens_citizen WHERE id = NEW.citizen_id
        AND birth_date <= (NEW.registered_at AT TIME ZONE 'Europe/Copenhagen')::date - interval '60 years'
    ) THEN
        RAISE EXCEPTION 'a refusal of resuscitation is made from 60 years on'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refusal_from_sixty';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refusal_from_sixty BEFORE INSERT OR UPDATE OF kind, citizen_id, registered_at ON stamkort_registration
    FOR EACH ROW WHEN (NEW.kind = 'resuscitation-refusal') EXECUTE FUNCTION stamkort_refusal_from_sixty();
"""
NO_LONGER = """
DROP TRIGGER refusal_from_sixty ON stamkort_registration;
DROP FUNCTION stamkort_refusal_from_sixty();
"""
OTHERS = models.Q(models.Q(("kind", "resuscitation-refusal"), _negated=True))
AFTER_SEVEN_DAYS = models.Q(("effective_at__gte", models.F("registered_at") + datetime.timedelta(days=7)))


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0003_look_up_by_birth_date"),
        ("organisations", "0002_unit_closure"),
        ("stamkort", "0002_keep_past"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(condition=OTHERS | AFTER_SEVEN_DAYS, name="refusal_after_seven_days"),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=OTHERS | models.Q(("author_kind__in", ["citizen", "register"])), name="refusal_by_herself"
            ),
        ),
        migrations.RunSQL(FROM_SIXTY, NO_LONGER),
    ]
