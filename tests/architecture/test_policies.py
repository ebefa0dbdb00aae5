"""Every table has a policy or says why not; every rule has a ground and its block; every ground has a rule."""

from dataclasses import replace

import pytest
from django.apps import apps

from access.grounds import DECLINE, GROUNDS, IMPORTANT_CONSIDERATIONS, PERMITTED_STAFF, SHARED_INFRASTRUCTURE
from access.policies import Rule, all_policies
from audit.models import Entry
from consents.purposes import PURPOSE_RULES
from fhir.registry import all_resources
from minlog.models import LookUp

LINK = "a link: seen only through the elements it joins, each decided by its own policy (access.columns.links)"
MACHINE = "what keeps the service running; never served"
FACT = "a fact that rules ask about; what is told of it is told by the policy of the citizen it belongs to"
WITHOUT_POLICY = {
    "admin.LogEntry": "of Django; what staff changed of registrations, about no citizen",
    "auth.Permission": "of Django; never asked here",
    "auth.Group": "of Django; never asked here",
    "contenttypes.ContentType": "of Django; names of tables",
    "sessions.Session": "of Django; never served",
    "guardian.UserObjectPermission": "of django-guardian; our grants are on direct foreign keys",
    "guardian.GroupObjectPermission": "of django-guardian; our grants are on direct foreign keys",
    "terminology.Code": "public code systems, about nobody",
    "audit.Entry": "written by the engine; read as minlog.LookUp, which has a policy",
    "audit.Past": "what rows were before they changed; read by the replay on the machine, never served",
    "audit.Seal": "hashes over the log; read by the verifier on the machine, never served",
    "identity.User": "who logs in; never served",
    "identity.System": MACHINE,
    "identity.Ticket": MACHINE,
    "identity.UsedAssertion": MACHINE,
    "identity.RevokedToken": MACHINE,
    "identity.LoginSession": "where and when somebody logged in; shown to herself alone",
    "citizens.Identifier": "a number of a citizen; served with the citizen, by her policy",
    "citizens.Custody": FACT,
    "citizens.Guardianship": FACT,
    "organisations.UnitLink": "the closure of the public tree of units",
    "organisations.Permit": "a fact that rules ask about; about staff, and not served",
    "organisations.Shield": "a fact that rules and columns ask about; a citizen is told its code alone",
    "consents.Override": "a fact that rules ask about; its reason is told to the citizen in her log, by its policy",
    "consents.DryRun": "counts of what a switch would change; about nobody, and not served",
    "consents.DryRunChunk": "counts of what a switch would change; about nobody, and not served",
    "goals.GoalLink": LINK,
    "goals.GoalCondition": LINK,
    "careplans.TeamMember": LINK,
    "careplans.CarePlanGrant": LINK,
    "careplans.PlanParty": LINK,
    "careplans.PlanElement": LINK,
    "careplans.RelationElement": LINK,
    "careplans.InterventionCondition": LINK,
    "appointments.CalendarFeed": "a citizen's own way in; what is read through it is decided as her own look",
    "appointments.Series": "joins appointments, each decided by its own policy",
    "law.SwitchPosition": "how the law's open questions stand; public, about nobody",
    "exchange.Delivery": MACHINE,
    "exchange.Quarantined": MACHINE,
    "exchange.Delivered": MACHINE,
    "exchange.OutboxMessage": MACHINE,
    "exchange.Happening": MACHINE,
    "exchange.Notice": "kinds and ids; shown by exchange.notices to who may see the citizen's decisions",
    "exchange.NoticeAddress": "where a citizen wants to be told; shown to herself alone",
    "exchange.Notification": "ids that wait; each is told by the policy of what it names, decided when it is sent",
}
# Grounds that no rule rests on, but a gate of many rules: the gate, and a condition that it asks.
GROUNDS_OF_GATES = {
    DECLINE: ("block", "unblocked"),
    IMPORTANT_CONSIDERATIONS: ("block", "unblocked"),
    SHARED_INFRASTRUCTURE: ("sector", "health_professional"),
    PERMITTED_STAFF: ("sector", "under_responsibility"),
}


def rules() -> list[Rule]:
    """Every rule that stands anywhere."""
    return [*(rule for policy in all_policies().values() for rule in policy.rules), *PURPOSE_RULES]


def test_every_model_has_a_policy_or_a_stated_exemption() -> None:
    with_policy = {model._meta.label for model in all_policies()}
    models = {model._meta.label for model in apps.get_models()}

    assert models - with_policy == set(WITHOUT_POLICY)
    assert all(WITHOUT_POLICY.values())


def test_everything_that_is_served_has_a_policy() -> None:
    assert {entry.source.model for entry in all_resources()} <= set(all_policies())


def test_every_rule_has_the_block_gate_or_names_what_makes_it_unblockable() -> None:
    for rule in rules():
        has_gate = any(gate.name == "block" for gate in rule.gates)
        assert has_gate != (rule.unblockable is not None), rule.code


def test_a_rule_that_does_neither_or_both_cannot_be_made() -> None:
    blocked = next(rule for rule in rules() if rule.unblockable is None)
    unblockable = next(rule for rule in rules() if rule.unblockable is not None)

    with pytest.raises(ValueError, match="block gate"):
        replace(blocked, unblockable=blocked.ground)
    with pytest.raises(ValueError, match="block gate"):
        replace(unblockable, unblockable=None)


def test_rules_of_one_code_rest_on_one_ground() -> None:
    grounds: dict[str, str] = {}
    for rule in rules():
        assert grounds.setdefault(rule.code, rule.ground.code) == rule.ground.code


def test_no_policy_has_two_rules_of_one_code_for_one_action() -> None:
    for policy in all_policies().values():
        codes = [(rule.code, action) for rule in policy.rules for action in rule.actions]
        assert len(codes) == len(set(codes)), policy.model


def test_every_ground_has_a_rule_or_a_gate() -> None:
    of_rules = {rule.ground.code for rule in rules()}
    of_gates = {ground.code for ground in GROUNDS_OF_GATES}

    assert of_rules | of_gates == set(GROUNDS)
    assert not of_rules & of_gates
    for name, asked in GROUNDS_OF_GATES.values():
        assert any(gate.name == name and asked in gate.condition.name for rule in rules() for gate in rule.gates)


def test_every_ground_is_known_by_its_own_code_and_told_to_all_four_readers() -> None:
    for code, ground in GROUNDS.items():
        texts = (ground.professional_da, ground.professional_en, ground.citizen_da, ground.citizen_en)
        assert (code, all(texts)) == (ground.code, True)


def test_the_log_is_read_from_the_columns_it_is_written_to() -> None:
    written = {field.column for field in Entry._meta.concrete_fields}

    assert {field.column for field in LookUp._meta.concrete_fields} <= written
    assert LookUp._meta.db_table == Entry._meta.db_table
