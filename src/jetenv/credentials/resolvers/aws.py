"""``aws-sm:name#key`` and ``aws-ssm:name``: AWS Secrets Manager and the Parameter Store, through boto3.

Region, account and keys come from what boto3 itself reads: variables, ``~/.aws``, the role of the machine. The region
of an ARN goes before them.
"""

from __future__ import annotations

import threading
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from jetenv.credentials.fields import from_json
from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError

_clients: dict[tuple[str, str | None, float], Any] = {}
_lock = threading.Lock()  # clients may be shared by threads, sessions may not
_DENIED = (
    "AccessDenied",
    "ExpiredToken",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidSignature",
    "Signature",
)
_MISSING = ("ResourceNotFoundException", "ParameterNotFound", "ParameterVersionNotFound")


def resolve(reference: Reference, context: Context) -> str | bytes:
    """The secret or parameter, or the field of a secret that is JSON. Raises ResolutionError."""
    service = "secretsmanager" if reference.scheme == "aws-sm" else "ssm"
    try:
        client = _client(service, _region(reference.path), context.timeout)
        if service == "ssm":
            text: str = client.get_parameter(Name=reference.path, WithDecryption=True)["Parameter"]["Value"]
            return text
        answer = client.get_secret_value(SecretId=reference.path)
    except ClientError as error:
        raise _told(error) from None
    except (ReadTimeoutError, ConnectTimeoutError):
        message = f"AWS did not answer within {context.timeout:g} seconds"
        raise ResolutionError(Cause.TIMEOUT, message, hint="--timeout SECONDS waits longer") from None
    except (NoCredentialsError, PartialCredentialsError):
        raise ResolutionError(
            Cause.DENIED, "there are no AWS credentials here", hint="`aws sso login`, or set AWS_PROFILE"
        ) from None
    except NoRegionError:
        raise ResolutionError(Cause.UNREACHABLE, "which AWS region to ask is not said", hint="set AWS_REGION") from None
    except (ConnectionError, HTTPClientError):
        raise ResolutionError(Cause.UNREACHABLE, "AWS cannot be reached", hint="check the network and region") from None
    except BotoCoreError as error:
        raise ResolutionError(Cause.FAILED, f"AWS cannot be asked ({type(error).__name__})") from None
    found: str | bytes = answer["SecretString"] if "SecretString" in answer else answer["SecretBinary"]
    if reference.field is None:
        return found
    return from_json(found if isinstance(found, str) else found.decode("utf-8", "replace"), reference.field)


def _region(name: str) -> str | None:
    parts = name.split(":")
    return parts[3] or None if parts[0] == "arn" and len(parts) > 5 else None


def _client(service: str, region: str | None, seconds: float) -> Any:
    with _lock:
        key = (service, region, seconds)
        if key not in _clients:
            limits = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
            _clients[key] = boto3.session.Session().client(service, region_name=region, config=limits)
        return _clients[key]


def _told(error: ClientError) -> ResolutionError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in _MISSING:
        return ResolutionError(Cause.NOT_FOUND, "AWS has nothing of that name", hint="check name, region and account")
    if code.startswith(_DENIED):
        return ResolutionError(
            Cause.DENIED, f"AWS refuses it ({code})", hint="log in again, or ask for the right to read it"
        )
    return ResolutionError(Cause.FAILED, f"AWS answers with an error ({code or 'unknown'})")
