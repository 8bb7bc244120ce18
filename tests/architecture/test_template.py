"""template.yaml: clean for cfn-lint, understood by the SAM transform, and its numbers, rights and locks right."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passerelle.adapters import imap, mailbox, relay, translation
from passerelle.adapters.settings import SHORTEST_LEDGER
from passerelle.core.message import Network
from passerelle.core.trust import expiry
from passerelle.steps import accept, collect, deliver, translate
from passerelle.steps.forget import LIVED
from passerelle.steps.ports import KEPT
from passerelle.steps.seal import gathering

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
WOKEN = ("Accept", "Translate", "Deliver", "Acknowledge")
VERBS = (*WOKEN, "Audit", "Collect", "Sweep", "Refresh", "Seal")
READ_MAIL_KEYS = {"Translate", "Deliver", "Collect", "Seal"}
"""Functions that may read private keys."""

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def resources() -> Resources:
    """The resources as plain CloudFormation."""
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes two seconds
    from samtranslator.parser.parser import Parser  # noqa: PLC0415 - takes a second
    from samtranslator.translator.translator import Translator  # noqa: PLC0415 - same

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        template = cfn_yaml.load(str(TEMPLATE))
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::LayerVersion":
                resource["Properties"]["ContentUri"] = "s3://staging/layer.zip"
        template["Globals"]["Function"]["CodeUri"] = "s3://staging/functions.zip"
        plain = Translator({}, Parser()).translate(template, {"Runtime": "python3.13", "Architecture": "arm64"})
    found: Resources = plain["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> Resources:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def test_cfn_lint_finds_nothing() -> None:
    tool = Path(sys.executable).with_name("cfn-lint")
    command = [str(tool), "--regions", "eu-west-3", "--include-checks", "I", "--", str(TEMPLATE)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_there_is_one_function_for_each_verb(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert set(functions) == {f"{verb}Function" for verb in VERBS}
    assert {one["Handler"] for one in functions.values()} == {f"{verb.lower()}.handler" for verb in VERBS}
    assert {path.stem for path in (ROOT / "functions").glob("*.py")} == {verb.lower() for verb in VERBS}


@pytest.mark.parametrize("verb", WOKEN)
def test_a_queue_outlives_its_function_and_its_dead_letters_outlive_it(resources: Resources, verb: str) -> None:
    queue, dead = resources[f"{verb}Queue"]["Properties"], resources[f"{verb}DeadLetters"]["Properties"]
    assert queue["VisibilityTimeout"] == 6 * resources[f"{verb}Function"]["Properties"]["Timeout"]
    assert queue["MessageRetentionPeriod"] < dead["MessageRetentionPeriod"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{verb}DeadLetters", "Arn"]}


@pytest.mark.parametrize("verb", WOKEN)
def test_every_dead_letter_alarms(resources: Resources, verb: str) -> None:
    alarm = resources[f"{verb}DeadLettersAlarm"]["Properties"]
    (dimension,) = alarm["Dimensions"]
    assert dimension["Value"] == {"Fn::GetAtt": [f"{verb}DeadLetters", "QueueName"]}
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")


def test_every_delivery_that_waits_for_a_person_alarms(resources: Resources) -> None:
    alarm = resources["StoppedAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Passerelle", "Stopped")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    for verb in VERBS:
        given = resources[f"{verb}Function"]["Properties"]["Environment"]["Variables"]
        assert given["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}


@pytest.mark.parametrize("verb", WOKEN)
def test_one_bad_message_brings_no_other_back(resources: Resources, verb: str) -> None:
    sources = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    (source,) = [one for one in sources if one["EventSourceArn"] == {"Fn::GetAtt": [f"{verb}Queue", "Arn"]}]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == {"Translate": 1, "Deliver": 5}.get(verb, 10)
    assert "MaximumConcurrency" in source["ScalingConfig"]


def test_the_last_wait_fits_into_the_function_and_the_function_into_the_lease(resources: Resources) -> None:
    timeout = resources["DeliverFunction"]["Properties"]["Timeout"]
    assert relay.BEFORE_DOT + relay.DOT + relay.AFTER_DOT <= deliver.ATTEMPT <= timeout - 40
    assert timeout < deliver.LEASE.total_seconds()
    assert resources["TranslateFunction"]["Properties"]["Timeout"] < translate.GRACE.total_seconds()
    assert resources["AcceptFunction"]["Properties"]["Timeout"] < accept.GRACE.total_seconds()


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    for verb in VERBS:
        function = resources[f"{verb}Function"]["Properties"]
        assert function["Role"] == {"Fn::GetAtt": [f"{verb}Role", "Arn"]}
    for role in of_type(resources, "AWS::IAM::Role").values():
        assert role.get("ManagedPolicyArns", [{"Ref": "TelemetryPolicy"}]) == [{"Ref": "TelemetryPolicy"}]


def statements(resources: Resources, verb: str) -> Iterator[tuple[list[str], str]]:
    for policy in resources[f"{verb}Role"]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Action"], str(statement["Resource"])


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
    }
    assert not [where for actions, where in rights if "Mailroom" in where and actions != {"s3:PutObject"}]


def test_a_mailbox_has_one_collector_at_a_time_whose_last_mail_fits_into_its_time(resources: Resources) -> None:
    function = resources["CollectFunction"]["Properties"]
    assert function["ReservedConcurrentExecutions"] == {"Fn::If": ["Collects", 1, {"Ref": "AWS::NoValue"}]}
    opening = 4 * imap.STEP  # connection, TLS, login, INBOX
    each = collect.BUDGET.total_seconds() + opening + mailbox.FETCH + 20
    assert function["Timeout"] >= len(Network) * each


@pytest.mark.parametrize("name", ["CollectSilent", "CollectFailing", "NotCollected", "LeftInMailbox"])
def test_what_goes_wrong_with_a_mailbox_alarms_where_there_is_one(resources: Resources, name: str) -> None:
    alarm = resources[f"{name}Alarm"]
    assert alarm["Condition"] == "Collects"
    assert alarm["Properties"]["AlarmActions"]
    (rule,) = of_type(resources, "AWS::Events::Rule").keys() & {"CollectFunctionMinute"}
    assert resources[rule]["Properties"]["State"] == {"Fn::If": ["Collects", "ENABLED", "DISABLED"]}


@pytest.mark.parametrize(
    "metric", ["NotRefreshed", "WhiteListAge", "DirectoryAge", "Ended", *(f"EndsIn{days}Days" for days in expiry.STEPS)]
)
def test_what_refresh_counts_alarms(resources: Resources, metric: str) -> None:
    alarm = resources[f"{metric}Alarm"]["Properties"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == (metric, "GreaterThanThreshold")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]


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


def test_what_is_destroyed_is_gone_and_ends_by_itself_a_month_after_the_ledger(resources: Resources) -> None:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes two seconds

    found = resources["PersonsBucket"]["Properties"]
    assert not {"VersioningConfiguration", "ObjectLockEnabled", "ReplicationConfiguration"} & set(found)
    (rule,) = found["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", {"Ref": "PersonsDays"})
    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
    given = cfn_yaml.load(str(TEMPLATE))["Parameters"]
    assert given["PersonsDays"]["Default"] == given["LedgerDays"]["Default"] + 31
    assert given["LedgerDays"]["MinValue"] == SHORTEST_LEDGER > gathering.REACH.days
    assert given["LedgerDays"]["MinValue"] > given["RetentionDays"]["Default"]
    assert (given["LedgerDays"]["Default"], given["PersonsDays"]["Default"]) == (KEPT.days, LIVED.days)


def test_the_ledger_forgets_in_time(resources: Resources) -> None:
    table = resources["LedgerTable"]["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


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


def test_the_archive_is_locked_and_only_by_choice_for_everybody(resources: Resources) -> None:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes two seconds

    found = resources["ArchiveBucket"]["Properties"]
    rule = found["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert found["ObjectLockEnabled"] is True
    assert rule == {"Mode": {"Ref": "ArchiveLock"}, "Days": {"Ref": "ArchiveDays"}}
    parameters = cfn_yaml.load(str(TEMPLATE))["Parameters"]
    assert (parameters["ArchiveLock"]["Default"], parameters["ArchiveDays"]["Default"]) == ("GOVERNANCE", 400)


def test_what_is_sealed_is_older_than_any_function_lives(resources: Resources) -> None:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes two seconds

    longest = max(one["Timeout"] for one in of_type(resources, "AWS::Lambda::Function").values())
    assert cfn_yaml.load(str(TEMPLATE))["Parameters"]["SealDelayMinutes"]["Default"] * 60 >= longest + 900


@pytest.mark.parametrize(
    ("alarm", "metric"), [("Seals", "Seals"), ("ChainsBroken", "ChainsBroken"), ("NotStamped", "NotStamped")]
)
def test_a_day_without_a_seal_and_a_broken_chain_alarm(resources: Resources, alarm: str, metric: str) -> None:
    found = resources[f"{alarm}Alarm"]["Properties"]
    assert (found["Namespace"], found["MetricName"]) == ("Passerelle", metric)
    assert found["TreatMissingData"] == ("breaching" if metric == "Seals" else "notBreaching")


@pytest.mark.parametrize("bucket", ["Mailroom", "Configuration", "Archive"])
def test_a_bucket_is_private_enciphered_and_keeps_versions(resources: Resources, bucket: str) -> None:
    found = resources[f"{bucket}Bucket"]["Properties"]
    (rule,) = found["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert found["VersioningConfiguration"]["Status"] == "Enabled"
    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
    policy = resources[f"{bucket}BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [(one["Effect"], one["Condition"]) for one in policy] == [
        ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    ]


def test_only_s3_of_this_account_may_announce_mail(resources: Resources) -> None:
    (statement,) = resources["AcceptQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_ledger_can_be_brought_back(resources: Resources) -> None:
    table = resources["LedgerTable"]
    assert table["DeletionPolicy"].startswith("Retain")
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["SSESpecification"]["SSEType"] == "KMS"


def test_every_function_s_log_ends_some_day(resources: Resources) -> None:
    for verb in VERBS:
        assert resources[f"{verb}Function"]["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": f"{verb}Log"}
        assert resources[f"{verb}Log"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_nothing_unsafe_is_a_default() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    defaults = [line for line in text.splitlines() if line.strip().startswith("Default:")]
    assert not [line for line in defaults if "unsafe" in line.lower() or "loopback" in line]
    after = text.split("  UnsafePlainHttp:\n")[1]
    assert after.index('Default: "false"') < after.index("\nConditions:")
