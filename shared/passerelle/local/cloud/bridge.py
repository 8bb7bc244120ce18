"""A deployed bridge, reached from outside by its own adapters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from passerelle.adapters import wiring
from passerelle.adapters.archive import S3Archive
from passerelle.adapters.bulletins import S3Bulletins
from passerelle.adapters.grounds import Grounds
from passerelle.adapters.keyring import AwsKeyring
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.mailroom import S3Mailroom
from passerelle.adapters.marks import KmsMarks
from passerelle.adapters.persons import SERVICE, KmsPersons
from passerelle.core.errors import UnavailableError
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Identity


@dataclass(frozen=True, slots=True)
class Bridge:
    """Its cloud, the name of its stack, and its resources by their names in the template."""

    cloud: Cloud
    stack: str
    resources: Mapping[str, str]

    @property
    def mailroom(self) -> S3Mailroom:
        """Return its mailroom."""
        return S3Mailroom(self.cloud.client("s3"), self.resources["MailroomBucket"])

    @property
    def ledger(self) -> DynamoLedger:
        """Return its ledger."""
        return DynamoLedger(self.cloud.client("dynamodb"), self.resources["LedgerTable"])

    @property
    def archive(self) -> S3Archive:
        """Return the archive of its seals."""
        return S3Archive(self.cloud.client("s3"), self.resources["ArchiveBucket"])

    @property
    def marks(self) -> KmsMarks:
        """Return what makes its marks."""
        return KmsMarks(self.cloud.client("kms"), self.resources["MarksKey"])

    @property
    def persons(self) -> KmsPersons:
        """Return who seals its addresses."""
        bucket = S3Archive(self.cloud.client("s3"), self.resources["PersonsBucket"], SERVICE)
        return KmsPersons(self.cloud.client("kms"), self.resources["PersonsKey"], bucket, wiring.now)

    @property
    def keyring(self) -> AwsKeyring:
        """Return its keys and anchors, as far as who is here may read them."""
        storage, bucket = self.cloud.client("s3"), self.resources["ConfigurationBucket"]
        secrets, kms = self.cloud.client("secretsmanager"), self.cloud.client("kms")
        return AwsKeyring(secrets, storage, kms, f"{self.stack}/keys/", bucket)

    def days(self, parameter: str) -> timedelta:
        """Return the days of a parameter of its stack."""
        return timedelta(days=int(self.parameter(parameter)))

    def parameter(self, name: str) -> str:
        """Return a parameter of its stack."""
        stack = self.cloud.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        given: dict[str, str] = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
        return given[name]

    @property
    def grounds(self) -> Grounds:
        """Return what its trust in MSSanté stands on; revocation is always looked at from here."""
        bulletins = S3Bulletins(self.cloud.client("s3"), self.resources["ConfigurationBucket"])
        return Grounds(self.keyring, bulletins, {wiring.MSSANTE: ()})

    def publish(self, key: str, content: bytes) -> None:
        """Put a file of the configuration in its place: agreements.toml, or a certificate, or anchors."""
        self.cloud.client("s3").put_object(Bucket=self.resources["ConfigurationBucket"], Key=key, Body=content)

    def invoke(self, verb: str) -> Any:  # noqa: ANN401 - what the function says
        """Run a verb that the clock wakes, now, and return its answer."""
        name = self.resources[f"{verb.capitalize()}Function"]
        return json.loads(self.cloud.client("lambda").invoke(FunctionName=name, Payload=b"{}")["Payload"].read())

    def entrust(self, name: str, identity: Identity) -> None:
        """Give it one of its own identities."""
        self.store(name, {"chain": identity.chain.decode(), "key": identity.key.decode()})

    def store(self, name: str, secret: Mapping[str, str]) -> None:
        """Give it a secret."""
        self.cloud.client("secretsmanager").create_secret(
            Name=f"{self.stack}/keys/{name}",
            KmsKeyId=self.resources["KeyringKey"],
            SecretString=json.dumps(secret),
        )


def find(cloud: Cloud, stack: str) -> Bridge:
    """Return a bridge that is deployed; UnavailableError `bridge.missing` where it is not to be seen from here."""
    try:
        pages = cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        resources = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if "PhysicalResourceId" in resource
        }
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(
            "bridge.missing", "No such stack can be seen from here: look at region, credentials and AWS_ENDPOINT_URL."
        ) from error
    return Bridge(cloud, stack, resources)
