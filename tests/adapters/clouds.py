"""The two clouds that adapters are tested on: moto in this process, and ministack where concurrency matters."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml  # type: ignore[import-untyped]
from moto import mock_aws

from passerelle.local.cloud import emulator
from passerelle.local.cloud.clients import Cloud, local
from passerelle.local.trouble import SetupError

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-3"
AWAY = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
"""An environment from which no real account can be reached."""


@cache
def _session() -> boto3.Session:
    """One for all tests: it has read the models of the services, which takes most of a client's making."""
    return boto3.Session("testing", "testing", "testing", region_name=REGION)


@contextmanager
def pretended() -> Iterator[Cloud]:
    """Run moto."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AWAY.items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        with mock_aws():
            yield Cloud(_session())


@contextmanager
def emulated(folder: Path) -> Iterator[Cloud]:
    """Run ministack, or skip."""
    try:
        command = emulator.executable(ROOT)
    except SetupError:
        pytest.skip("NOT CHECKED: ministack is not installed for this Python (make .ministack)")
    with emulator.running(command, folder) as address:
        yield local(address)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML, with CloudFormation's short forms left as what they are applied to."""


def _plain(loader: _Loader, _tag: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node, deep=True)


_Loader.add_multi_constructor("!", _plain)


def resource(name: str) -> dict[str, Any]:
    """Return the properties of a resource of template.yaml."""
    template = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    properties: dict[str, Any] = template["Resources"][name]["Properties"]
    return properties


def table(cloud: Cloud, name: str) -> str:
    """Make the ledger's table as template.yaml describes it."""
    wanted = resource("LedgerTable")
    keys = ("BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
    cloud.client("dynamodb").create_table(TableName=name, **{key: wanted[key] for key in keys})
    return name


def bucket(cloud: Cloud, name: str, *, versions: bool = True) -> str:
    """Make a bucket, with versions but for one."""
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": cloud.session.region_name})
    if versions:
        storage.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name
