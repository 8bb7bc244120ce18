"""The deployment of template.yaml, the one and only wiring, on the emulator.

As `sam package` does, the folders of code are zipped to a staging bucket and CodeUri and ContentUri point there;
nothing else of the template changes. What the emulator lacks is bridged here and nowhere else:

| The emulator lacks | Locally |
|---|---|
| other Pythons: its workers run its own | the layer is built for this one; parameters Runtime, Architecture |
| one layer for all workers: it unzips it for each | dependencies are unpacked once, a .pth leads to them |
| a network: no VPC, no NAT, no MX records | each network's relay is a parameter; it names a town on loopback |
| TLS of its own, which the bucket policies demand | parameter UnsafePlainHttp: it speaks HTTP, on loopback only |
"""

import platform
import re
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from botocore.exceptions import ClientError, WaiterError

from passerelle.local.cloud import layer
from passerelle.local.cloud.bridge import Bridge, find
from passerelle.local.cloud.clients import Cloud
from passerelle.local.trouble import SetupError

STACK = "passerelle"
_STAGING = "passerelle-staging"
LOCALLY = {"UnsafePlainHttp": "true", "DeletionProtection": "false", "Concurrency": "2", "LogRetentionDays": "1"}
_FOLDER = re.compile(r"^(?P<lead>\s+(?:CodeUri|ContentUri):\s*)(?P<folder>[\w./-]+)\s*$", re.MULTILINE)
_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64"}


def deploy(root: Path, cloud: Cloud, parameters: Mapping[str, str]) -> Bridge:
    """Deploy the template and return the bridge."""
    _stage(root, cloud)
    given = {**LOCALLY, "Runtime": runtime(), "Architecture": architecture(), **parameters}
    formation = cloud.client("cloudformation")
    try:
        formation.create_stack(
            StackName=STACK,
            TemplateURL=f"https://s3.amazonaws.com/{_STAGING}/template.yaml",  # a body has 51,200 bytes at most
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        formation.get_waiter("stack_create_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
    except (ClientError, WaiterError) as error:
        raise SetupError("setup.stack", reason=_first_failure(cloud) or error) from error
    return find(cloud, STACK)


def runtime() -> str:
    """Return the Lambda runtime of this Python."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    """Return the Lambda architecture of this machine."""
    return _ARCHITECTURES.get(platform.machine().lower(), "x86_64")


def _stage(root: Path, cloud: Cloud) -> None:
    """Put the template into the staging bucket, and the archive of each folder of code that it names."""
    storage = cloud.client("s3")
    storage.create_bucket(Bucket=_STAGING, CreateBucketConfiguration={"LocationConstraint": cloud.session.region_name})
    staged: dict[str, str] = {}

    def archive(found: re.Match[str]) -> str:
        folder = found["folder"]
        if folder not in staged:
            staged[folder] = f"{folder.strip('./').replace('/', '-')}.zip"
            with tempfile.TemporaryDirectory() as place:
                file = Path(place, staged[folder])
                _zip(root, folder, file)
                storage.upload_file(str(file), _STAGING, staged[folder])
        return f"{found['lead']}s3://{_STAGING}/{staged[folder]}"

    template = _FOLDER.sub(archive, (root / "template.yaml").read_text("utf-8"))
    storage.put_object(Bucket=_STAGING, Key="template.yaml", Body=template.encode())


def _zip(root: Path, folder: str, archive: Path) -> None:
    if (root / folder / "requirements.txt").exists():  # the layer
        layer.link(root, archive)
        return
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as code:
        for file in sorted((root / folder).glob("*.py")):
            code.write(file, file.name)


def _first_failure(cloud: Cloud) -> str:
    """Return why the first resource of the stack failed."""
    try:
        events = cloud.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
    except ClientError:
        return ""
    failed = (event for event in reversed(events) if event["ResourceStatus"].endswith("FAILED"))
    return next((f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed), "")
