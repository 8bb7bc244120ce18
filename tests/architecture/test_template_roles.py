"""What each function of template.yaml may do, and to what."""

import pytest

from passerelle.adapters import translation
from tests.architecture.deployed import VERBS, WOKEN, Resources, of_type, statements

READ_MAIL_KEYS = {"Translate", "Deliver", "Collect", "Seal"}
"""Functions that may read private keys."""


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    for verb in VERBS:
        function = resources[f"{verb}Function"]["Properties"]
        assert function["Role"] == {"Fn::GetAtt": [f"{verb}Role", "Arn"]}
    for role in of_type(resources, "AWS::IAM::Role").values():
        assert role.get("ManagedPolicyArns", [{"Ref": "TelemetryPolicy"}]) == [{"Ref": "TelemetryPolicy"}]


@pytest.mark.parametrize("verb", VERBS)
def test_a_role_names_what_it_may_do_and_to_what(resources: Resources, verb: str) -> None:
    for actions, where in statements(resources, verb):
        assert not [action for action in actions if "*" in action]
        assert where not in {"*", "['*']"}


@pytest.mark.parametrize("verb", VERBS)
def test_only_those_who_need_private_keys_may_read_them(resources: Resources, verb: str) -> None:
    reads = [where for actions, where in statements(resources, verb) if "secretsmanager:GetSecretValue" in actions]
    opens = [where for actions, where in statements(resources, verb) if "KeyringKey" in where]
    assert (bool(reads), bool(opens)) == ((verb in READ_MAIL_KEYS,) * 2)
    names = {"Deliver": "relay.*", "Collect": "mailbox.*", "Seal": "seal-*", "Translate": f"{translation.SMIME}-*"}
    name = names.get(verb)  # Secrets Manager adds -xxxxxx
    assert all(f"/keys/{name}'" in where for where in reads)


def test_sweep_may_wake_every_verb_and_change_nothing(resources: Resources) -> None:
    rights = {action: where for actions, where in statements(resources, "Sweep") for action in actions}
    assert set(rights) == {"dynamodb:Query", "dynamodb:GetItem", "s3:ListBucket", "sqs:SendMessage"}
    assert all(f"{verb}Queue" in rights["sqs:SendMessage"] for verb in WOKEN)


def test_refresh_may_write_what_it_fetched_and_read_no_key_and_no_mail(resources: Resources) -> None:
    rights = {action: where for actions, where in statements(resources, "Refresh") for action in actions}
    assert set(rights) == {"s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"}
    assert "ConfigurationBucket.Arn}/refreshed/*" in rights["s3:PutObject"]
    assert "Mailroom" not in str(rights)


def test_nobody_but_refresh_writes_configuration(resources: Resources) -> None:
    writing = [
        verb
        for verb in VERBS
        for actions, where in statements(resources, verb)
        if "s3:PutObject" in actions and "Configuration" in where
    ]
    assert writing == ["Refresh"]


def test_collect_may_put_mail_where_submit_puts_it_and_read_none(resources: Resources) -> None:
    rights = [(set(actions), where) for actions, where in statements(resources, "Collect")]
    assert {action for actions, _ in rights for action in actions} == {
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "dynamodb:PutItem",
    }
    assert not [where for actions, where in rights if "Mailroom" in where and actions != {"s3:PutObject"}]


def test_collect_may_write_its_own_events_to_the_ledger_and_no_delivery(resources: Resources) -> None:
    (policy,) = resources["CollectRole"]["Properties"]["Policies"]
    (right,) = [one for one in policy["PolicyDocument"]["Statement"] if "dynamodb:PutItem" in one["Action"]]
    assert right["Action"] == ["dynamodb:PutItem"]
    assert right["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["collect-*"]}}


def test_who_seals_addresses_makes_keys_of_months_who_audits_opens_and_no_function_destroys(
    resources: Resources,
) -> None:
    rights: dict[str, set[str]] = {}
    for verb in VERBS:
        for actions, where in statements(resources, verb):
            if "Persons" in where:
                rights.setdefault(verb, set()).update(actions)
    sealing = {"s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"}
    assert rights == {
        "Accept": sealing,
        "Translate": sealing,
        "Audit": {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"},
    }


def test_nobody_may_change_what_was_kept(resources: Resources) -> None:
    forbidden = {"s3:DeleteObject", "s3:DeleteObjectVersion", "dynamodb:DeleteItem", "s3:PutBucketPolicy"}
    assert not [verb for verb in VERBS for actions, _ in statements(resources, verb) if forbidden & set(actions)]


def test_seal_may_read_events_and_add_to_the_archive(resources: Resources) -> None:
    rights = [(set(actions), where) for actions, where in statements(resources, "Seal")]
    assert {action for actions, _ in rights for action in actions} == {
        "dynamodb:Query",
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    assert not [where for _, where in rights if "Mailroom" in where]
    assert {where for actions, where in rights if actions == {"s3:GetObject"}} == {
        "[{'Fn::Sub': '${ConfigurationBucket.Arn}/anchors/time.pem'}]"
    }


def test_audit_may_read_what_is_sealed_and_write_events_only(resources: Resources) -> None:
    rights = [(set(actions), where) for actions, where in statements(resources, "Audit")]
    reading = [where for actions, where in rights if actions == {"s3:GetObject"} and "Archive" in where]
    assert reading == [
        "[{'Fn::Sub': '${ArchiveBucket.Arn}/*'}, {'Fn::Sub': '${ConfigurationBucket.Arn}/anchors/time.pem'}]"
    ]
    assert {action for actions, _ in rights for action in actions if "Put" in action} == {"dynamodb:PutItem"}
    assert not [where for _, where in rights if "Mailroom" in where]
