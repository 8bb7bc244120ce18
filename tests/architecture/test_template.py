"""template.yaml: clean for cfn-lint, understood by the SAM transform, and its numbers, alarms and locks right."""

import subprocess
import sys
from pathlib import Path

import pytest

from passerelle.adapters import imap, mailbox, relay
from passerelle.adapters.settings import SHORTEST_LEDGER
from passerelle.core.message import Network
from passerelle.core.trust import expiry
from passerelle.steps import accept, collect, deliver, translate
from passerelle.steps.forget import LIVED
from passerelle.steps.ports import KEPT
from passerelle.steps.seal import gathering
from tests.architecture.deployed import ROOT, TEMPLATE, VERBS, WOKEN, Resources, of_type


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
