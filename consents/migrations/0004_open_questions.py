"""Let two open questions be answered otherwise: a reason of its own for social data in an emergency, and the form of a
consent to share them, which the database asks the switch about."""

from django.db import migrations, models

WRITTEN = """
CREATE FUNCTION consents_written_where_law_asks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.form = 'oral' AND NEW.kind = 'fvl28' AND NOT law_switch_holds('oral-social-consent', NEW.created_at) THEN
        RAISE EXCEPTION 'a consent to share social data must be in writing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_written_where_law_asks';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_written BEFORE INSERT OR UPDATE OF form, kind ON consents_consent
    FOR EACH ROW EXECUTE FUNCTION consents_written_where_law_asks();
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0003_keep_past"), ("law", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="override",
            name="social_reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RemoveConstraint(model_name="consent", name="consent_written_where_law_asks"),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("form", "oral"), _negated=True) | models.Q(("kind", "sul43"), _negated=True),
                name="consent_written_where_law_asks",
            ),
        ),
        migrations.RunSQL(WRITTEN, migrations.RunSQL.noop),
    ]
