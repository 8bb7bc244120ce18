"""template.yaml as plain CloudFormation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
WOKEN = ("Accept", "Translate", "Deliver", "Acknowledge")
VERBS = (*WOKEN, "Audit", "Collect", "Sweep", "Refresh", "Seal")

Resources = dict[str, dict[str, Any]]


def plain() -> Resources:
    """Return the resources of template.yaml."""
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
        translated = Translator({}, Parser()).translate(template, {"Runtime": "python3.13", "Architecture": "arm64"})
    found: Resources = translated["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> Resources:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def statements(resources: Resources, verb: str) -> Iterator[tuple[list[str], str]]:
    for policy in resources[f"{verb}Role"]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Action"], str(statement["Resource"])
