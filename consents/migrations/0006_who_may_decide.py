"""Let the database itself refuse a decision by who may not make it, a consent without a purpose, and an override by an
assistant alone; the services say the same with a text of their own."""

from django.db import migrations, models

MAY_DECIDE = """
CREATE FUNCTION consents_by_who_may_decide() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    born date := (SELECT birth_date FROM citizens_citizen WHERE id = NEW.citizen_id);
    is_child boolean := born > ((NEW.start AT TIME ZONE 'Europe/Copenhagen')::date - interval '15 years')::date;
BEGIN
    -- What stands is not asked again: a withdrawal may never be hindered.
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.citizen_id, OLD.given_by_id, OLD.start) = (NEW.citizen_id, NEW.given_by_id, NEW.start) THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NEW.given_by_id = NEW.citizen_id AND NOT is_child THEN
        RETURN NEW;
    END IF;
    IF NEW.given_by_id <> NEW.citizen_id AND (
        EXISTS (SELECT FROM citizens_guardianship
            WHERE ward_id = NEW.citizen_id AND guardian_id = NEW.given_by_id AND scope = 'personal'
                AND start <= NEW.start AND ("end" IS NULL OR "end" > NEW.start))
        OR is_child AND EXISTS (SELECT FROM citizens_custody
            WHERE child_id = NEW.citizen_id AND parent_id = NEW.given_by_id
                AND start <= NEW.start AND ("end" IS NULL OR "end" > NEW.start))
        OR EXISTS (SELECT FROM citizens_powerofattorney
            WHERE principal_id = NEW.citizen_id AND attorney_id = NEW.given_by_id AND may_write
                AND start <= NEW.start AND "end" > NEW.start AND (revoked_at IS NULL OR revoked_at > NEW.start))
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this is not hers to decide'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
END $$;
CREATE TRIGGER consent_given_by BEFORE INSERT OR UPDATE OF citizen_id, given_by_id, start ON consents_consent
    FOR EACH ROW EXECUTE FUNCTION consents_by_who_may_decide('consent_given_by');
CREATE TRIGGER block_given_by BEFORE INSERT OR UPDATE OF citizen_id, given_by_id, start ON consents_block
    FOR EACH ROW EXECUTE FUNCTION consents_by_who_may_decide('block_given_by');

CREATE FUNCTION consents_override_authorised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM organisations_professional
        WHERE id IN (NEW.professional_id, NEW.responsible_id) AND authorisation_id IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no authorised professional answers for the override'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'override_authorised';
END $$;
CREATE TRIGGER override_authorised BEFORE INSERT OR UPDATE OF professional_id, responsible_id ON consents_override
    FOR EACH ROW EXECUTE FUNCTION consents_override_authorised();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0005_dry_runs"),
        ("citizens", "0004_keep_past"),
        ("organisations", "0003_keep_past"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["treatment", "care", "case"])), name="consent_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason_code__in",
                        ["patient_consents_now", "unreachable_or_incapacitated", "statutory_consideration"],
                    )
                ),
                name="override_reason_code",
            ),
        ),
        migrations.RunSQL(MAY_DECIDE, migrations.RunSQL.noop),
    ]
