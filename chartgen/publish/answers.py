"""What a registry's answer, or the lack of one, means to the user."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ProtocolError

from chartgen.errors import PublishError
from chartgen.publish.credentials import Credentials
from chartgen.publish.errand import Errand
from chartgen.publish.reference import Target

_BUSY = {429, 500, 502, 503, 504}
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_FORBIDDEN, _NOT_FOUND, _TOO_LARGE = 403, 404, 413
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|record layer failure|UNKNOWN_PROTOCOL|HTTP_REQUEST", re.IGNORECASE)

_GIVE_BOTH = "check --username and --password-stdin"

sleep = time.sleep


def pause(error: Exception, tried: int) -> float | None:
    """Seconds to wait before the next try: Retry-After, else 1, 2, 4 ...; None where a second try cannot help."""
    doubled = min(_FIRST_PAUSE * float(2**tried), _LONGEST_PAUSE)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        if error.response.status_code not in _BUSY:
            return None
        asked = error.response.headers.get("Retry-After", "")
        return min(float(asked), _LONGEST_PAUSE) if re.fullmatch(r"\d+", asked) else doubled
    if isinstance(error, requests.ReadTimeout | requests.exceptions.ChunkedEncodingError) or _cut(error):
        return doubled
    return None


def _cut(error: Exception) -> bool:
    """Whether the connection was made and then broken."""
    return isinstance(error, requests.ConnectionError) and bool(error.args) and isinstance(error.args[0], ProtocolError)


def reason(error: Exception) -> str:
    """The rest of a sentence that begins with the registry's name."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        words = _words(error.response)
        return f"answers {error.response.status_code}{f' ({words})' if words else ''}"
    if isinstance(error, requests.Timeout):
        return "does not answer in time"
    return "broke the connection" if _cut(error) else "cannot be reached"


def who(error: Exception, target: Target) -> str:
    """The host that an error came from: the registry, its token server, or a storage behind it."""
    asked = error.request if isinstance(error, requests.RequestException) else None
    netloc = urlsplit(str(asked.url)).netloc if asked is not None and asked.url else ""
    return target.host if netloc in ("", target.address) else netloc


def unauthorized(target: Target, known: Credentials | None, errand: Errand) -> PublishError:
    """For 401, with (`known`) or without credentials."""
    again = f"log in with `docker login {target.host}` or `helm registry login {target.host}`"
    if known is None:
        what = "wants a user name and a password"
        return _error(errand, target.host, what, f"{again}{errand.or_password}")
    what = "the identity token that Docker holds" if known.identity else "the user name or the password"
    return _error(errand, target.host, f"does not take {what}", f"{again} again" if known.stored else _GIVE_BOTH)


def no_identity_tokens(target: Target, errand: Errand) -> PublishError:
    """For a registry that wants a password, where Docker holds an identity token."""
    what = "takes no identity token, and Docker holds nothing else for it"
    return _error(errand, target.host, what, f"log in with a password{errand.or_password}")


def told(error: Exception, target: Target, errand: Errand, *, plain_http: bool) -> PublishError:
    """The error for a request that failed for good."""
    match error:
        case requests.exceptions.SSLError():
            return _tls(error, who(error, target), target, errand)
        case requests.HTTPError() if error.response is not None:
            return _status(error, target, errand)
        case requests.RequestException() if not isinstance(error, requests.exceptions.InvalidJSONError):
            hint = "" if plain_http or not target.loopback else "; without TLS it needs --plain-http"
            remedy = f"check the host and its port, and the network{hint}"
            return _error(errand, who(error, target), reason(error), remedy)
        case _:
            remedy = "check that this is an OCI registry"
            return _error(errand, who(error, target), f"answers what is no answer of a registry ({error})", remedy)


def _tls(error: Exception, host: str, target: Target, errand: Errand) -> PublishError:
    if _NOT_TLS.search(str(error)):
        where = "a registry on this machine" if target.loopback else "a registry without TLS"
        return _error(errand, host, "does not speak TLS", f"give --plain-http for {where}")
    if "NO_CERTIFICATE" in str(error):
        remedy = "name a file with certificates in PEM form"
        return PublishError(f"{errand.value}: the file of --ca-file holds no certificate", remedy=remedy)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        said = re.search(r"certificate verify failed: ([^(\]]+)", str(error))
        why = f" ({said[1].strip()})" if said else ""
        remedy = "name the certificate authority that signed it with --ca-file"
        return _error(errand, host, f"shows a certificate that is not trusted{why}", remedy)
    return _error(errand, host, "broke the TLS handshake", "check the host and its port")


def _status(error: requests.HTTPError, target: Target, errand: Errand) -> PublishError:
    remedies = {
        _NOT_FOUND: errand.path,
        _FORBIDDEN: errand.right,
        _TOO_LARGE: "the registry, or a proxy before it, limits the size of an upload",
    }
    busy = error.response.status_code in _BUSY
    remedy = "try again later; if it stays so, its log tells more (a full disk, a broken storage)" if busy else ""
    return _error(errand, who(error, target), reason(error), remedies.get(error.response.status_code, remedy))


def _error(errand: Errand, host: str, what: str, remedy: str) -> PublishError:
    return PublishError(f"{errand.value}: {host} {what}", remedy=remedy)


def _words(response: requests.Response) -> str:
    """The registry's own words, in the form that the distribution specification gives to errors."""
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        errors = response.json()["errors"]
        return "; ".join(str(error.get("message") or error.get("code")) for error in errors)[:300]
    return ""
