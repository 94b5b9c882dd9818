"""Masks: what looks like a secret is cut out, what does not stays, and no text makes that slow."""

from __future__ import annotations

import json
import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mask_kinds import KINDS
from bot.core.masked_names import is_secret
from bot.core.masks import OWN, PLAIN, masks

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA75zW\nabc+/=\n-----END RSA PRIVATE KEY-----"
CODED = b64encode(PEM.encode()).decode()
AWS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
PUTTY = (
    "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: bob\nPublic-Lines: 1\nCCCCB3NzaC1yc2EAAAA=\n"
    "Private-Lines: 2\nAAAAgQCnKSPvbGgJ3ZkAAAAgQCnKSPvbGgJ3Zk\nabcAAAA=\nPrivate-MAC: 0a1b2c3d"
).replace("2EAAAA", "2EBBBB")
# A text, what has to be gone from it, and what kind it is said to have been.
SECRETS = [
    ("use xoxb-1234567890-abcdefghij now", "1234567890", "Slack token"),
    ("xoxe.xoxp-1-abcdefghijk", "abcdefghijk", "Slack token"),
    ("xapp-1-A0123-45678-abcdef", "A0123", "Slack token"),
    ("https://hooks.slack.com/services/T0/B0/abcdefghijkl", "abcdefghijkl", "Slack webhook"),
    ("sk-ant-api03-abcdefghijk", "abcdefghijk", "Anthropic key"),
    ("sk-proj-abcdefghij1234567890AB", "abcdefghij", "API key"),
    ("sk_live_abcdefghij1234567890", "abcdefghij", "Stripe key"),
    ("AKIAIOSFODNN7EXAMPLE", "AKIA", "AWS key"),
    ("line\\nASIAIOSFODNN7EXAMPLE", "ASIA", "AWS key"),
    ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "AIza", "Google key"),
    ("ya29.abcdefghijklmnopqrst_uv", "abcdef", "Google token"),
    ("GOCSPX-abcdefghijklmnopqrstuv", "abcdef", "Google token"),
    ("it is abc8Q~abcdefghijklmnopqrstuvwxyz.123456", "uvwxyz", "Azure key"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "uvwxyz", "GitHub token"),
    ("github_pat_11ABCDEFG0abcdefghijklmnop", "abcdefg", "GitHub token"),
    ("glpat-abcdefghij1234567890", "abcdef", "GitLab token"),
    ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "uvwxyz", "npm token"),
    ("pypi-AgEIcHlwaS5vcmcCJDEyMzQ1Njc4OTAxMjM0NTY3ODkw", "AgEI", "PyPI token"),
    ("hf_abcdefghijklmnopqrstuvwxyz01234567", "uvwxyz", "Hugging Face token"),
    ("SG.abcdefghijklmnopqr.abcdefghijklmnopqrstuv", "abcdef", "SendGrid key"),
    ("AGE-SECRET-KEY-1" + "Q" * 58, "QQQQ", "age key"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc_def-123", "abc_def", "JWT"),
    (f"here:\n{PEM}\nthat was it", "MIIE", "private key"),
    (json.dumps(PEM), "MIIE", "private key"),
    (PEM.partition("\nabc")[0], "MIIE", "private key"),
    ("> " + PEM.replace("\n", "\n> "), "abc+", "private key"),
    (json.dumps("> " + PEM.replace("\n", "\r\n>> ")), "abc+", "private key"),
    (PEM.partition("\nabc")[0].replace("\n", "\n&gt; "), "MIIE", "private key"),
    ("_AKIAIOSFODNN7EXAMPLE_", "AKIA", "AWS key"),
    ("glcbt-64_abcdefghij1234567890", "abcdef", "GitLab token"),
    ("dop_v1_" + "0a1b" * 16, "0a1b", "DigitalOcean token"),
    ("dckr_pat_abcdefghijklmnopqrstuvwxyz0", "abcdef", "Docker token"),
    ("postgres://bot:s3cr3t@db/x", "s3cr3t", "password"),
    ("postgres://bot:p@ss@db/x", "p@ss", "password"),
    ("redis://:pw1@h:1", "pw1", "password"),
    ("postgres://bot:pa/s3/s@db/x", "s3", "password"),
    ("Passwort: tr0ub4dor", "tr0ub4dor", "password"),
    ("Kennwort=letmein", "letmein", "password"),
    ("login --password tr0ub4dor now", "tr0ub4dor", "password"),
    ("run --api-key 'abcd1234'", "abcd1234", "password"),
    ("curl -s -u bot:letmein https://x", "letmein", "password"),
    ("curl --user 'bot:letmein' https://x", "letmein", "password"),
    ("password=hunter2", "hunter2", "password"),
    ("login bob, pw: hunter2", "hunter2", "password"),
    ("db_pw='hunter2'", "hunter2", "password"),
    ("pass: hunter2", "hunter2", "password"),
    ("user=bob;Pass=hunter2;", "hunter2", "password"),
    ("pwd = tr0ub4dor", "tr0ub4dor", "password"),
    ("The password is hunter2, thanks", "hunter2", "password"),
    ("das Passwort lautet `hunter2`", "hunter2", "password"),
    ("mysql -u root -phunter2 shop", "hunter2", "password"),
    ("mysqldump -h db -u root -p'hunter2' shop", "hunter2", "password"),
    ("sshpass -p hunter2 ssh bob@host", "hunter2", "password"),
    (PUTTY, "AAAA", "private key"),
    (json.dumps("> " + PUTTY.replace("\n", "\r\n> ")), "AAAA", "private key"),
    (PUTTY.partition("\nabc")[0], "AAAA", "private key"),
    ("xoxb-1234\u200b567890-abc\u2060defghij", "5678", "Slack token"),
    ("AKIA\u00adIOSFODNN7EXAMPLE", "IOSF", "AWS key"),
    ('{"a": "AKIAIOSF\\u200bODNN7EXAMPLE"}', "ODNN", "AWS key"),
    ("password=letmein", "letmein", "password"),
    ("my passwd: tr0ub4dor", "tr0ub4dor", "password"),
    ("DB_PASSWORD='correct-horse'", "correct", "password"),
    ('password = "letmein"', "letmein", "password"),
    ('password = "tr0ub4dor and"', "tr0ub4dor", "password"),
    ('{"password": 12345678}', "12345678", "password"),
    ('\\"password\\": \\"hunter2\\"', "hunter2", "password"),
    ("api_key = abcd1234", "abcd1234", "key"),
    ("API key: abcd1234efgh5678", "abcd1234", "key"),
    ("AccountKey=abcd1234+/==", "abcd1234", "key"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxR", "wJalr", "key"),
    ("token: abcdefgh12345678ij", "abcdefgh", "key"),
    ("secret=s3cr3t99", "s3cr3t99", "key"),
    ("Authorization: Bearer abc.def-123456", "123456", "credentials"),
    ("Authorization: Basic dXNlcjpwYXNz", "dXNl", "credentials"),
    ("authorization: abcdefgh12", "abcdefgh12", "credentials"),
    ("curl -H 'bearer tok_123456789'", "tok_1", "credentials"),
    ("https://x/y?sig=abcd%2B", "abcd", "signature"),
    ("wss://h/?ticket=1a-2b", "1a-2b", "signature"),
    ("https://x/?access_token=abcdef1", "abcdef1", "signature"),
    (f"Access key ID,Secret access key\n{AWS[0]},{AWS[1]}", AWS[1], "AWS key"),
    (f"{AWS[0]}\n{AWS[1]}", AWS[1], "AWS key"),
    (json.dumps({"id": AWS[0], "Secret": AWS[1]}), AWS[1], "AWS key"),
    (f"Secret access key {AWS[1]}", AWS[1], "AWS key"),
    (f"<SecretAccessKey>{AWS[1]}</SecretAccessKey>", AWS[1], "AWS key"),
    (f"client-key-data: {CODED}", CODED[50:70], "private key"),
    ("LTAI5tAbcdefghijkl1234", "abcdef", "Alibaba key"),
    ("hvs.CAESIabcdefghij1234567890", "abcdef", "Vault token"),
    ("dapi0123456789abcdef0123456789abcdef", "abcdef", "Databricks token"),
    ("1//0gabcdefghijklmnopqrstuvwxyz-_01", "uvwxyz", "Google token"),
    ("git clone https://0a1b2c3d4e5f60718293@git.example.com/o/r", "0a1b2c", "password"),
    ("https://0a1b2c3d4e5f60718293:@git.example.com/o/r", "0a1b2c", "password"),
    ("curl --user=bot:letmein https://x", "letmein", "password"),
    ("machine x login bot password tr0ub4dor", "tr0ub4dor", "password"),
    ("*Password:* tr0ub4dor", "tr0ub4dor", "password"),
    ("**Password**: tr0ub4dor", "tr0ub4dor", "password"),
    ("<b>Password:</b> tr0ub4dor", "tr0ub4dor", "password"),
    ("| password | tr0ub4dor |", "tr0ub4dor", "password"),
]
INNOCENT = [
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "C0123ABCD and U0ABCDEF12 in tabcdefghijk-4-0-v2~1",
    "550e8400-e29b-41d4-a716-446655440000",
    "pass: 12/14 and pass: 2026-01-02, pass=12345678 and bypass: v12abc34",
    "first pass: v1.2.3-rc1, second pass: 14ms, pass: build-2024-linux",
    "the password is base64-encoded, is sha256-hashed, is in /run/secrets/db1",
    "pw: ${DB_PW} and pw: please reset it",
    "mysql -P3306 -hdb1 -p shop; mysql -p$PW; cp -phunter2",
    "Private-Lines: 14 of code",
    "a family \U0001f468\u200d\U0001f469\u200d\U0001f467 and \\u200b",
    "PWD=/srv/app/releases/42 and OLDPWD=~/old",
    "docker://nginx:1.27@sha256:3f786850e387550fdab836ed7e6dc881de23001b",
    "password: please reset it",
    "password: str = Field(...)",
    "api_key = os.environ['X']",
    "connect(password=password)",
    "password=args.password",
    "login --password $PW, --password PATH or --token <token>",
    "--password-file /run/secret --password is needed",
    "curl -u bot:$PASSWORD https://x and use --token sparingly",
    "docker run -u www-data:www-data curl",
    "https://host:22/org/repo@v1",
    "token=next_token",
    "next_page_token=abcd1234efgh",
    "https://x/?page_token=abcd1234efgh",
    "pageToken: abcdefgh12345678",
    "max_tokens=4096",
    "task-sk-learn-something-very-long-name-1",
    "sk-some-kebab-case-name-that-is-long",
    "http://host:8080/x@y and user@host:22",
    "password=${DB_PASSWORD} password=$DB_PASSWORD password=*** postgres://u:${PW}@h",
    "Authorization: Basic authentication is old",
    "authorization: required by the team",
    "authorization: 12345678",
    "bearer of bad news, Bearer authentication",
    "secrets=('PAY_KEY',)",
    "public_key: abcdefgh12345678",
    "idempotency_key=T-4-0-v2-abcdef12",
    "if password == other1:",
    "password reset: 2 minutes; pass: fail",
    "-----BEGIN PRIVATE KEY----- is how it starts",
    "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA75zW\n-----END CERTIFICATE-----",
    '{"password": null, "token": "T-4-0-v2"}',
    f"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t{'QUFB' * 20}",
    "https://someone-with-a-long-name@git.example.com/o/r and 1//0g, dapi, hvs.example.com",
    "| password | string | secret access key of the bucket",
    "*Password:* see the wiki",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed7e6dc881de23001b",
    "login as bot, password by mail",
]


@pytest.mark.parametrize(("text", "gone", "kind"), SECRETS)
def test_a_secret_is_cut_out_and_said_to_be(text: str, gone: str, kind: str) -> None:
    left, found = PLAIN.counted(text)
    assert gone not in left
    assert f"[secret: {kind}]" in left
    assert found == {kind: 1}


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert PLAIN.counted(text) == (text, {})


@pytest.mark.parametrize("text", [text for text, _, _ in SECRETS])
def test_a_secret_within_json_leaves_json(text: str) -> None:
    for whole in (json.dumps({"a": text, "b": [text]}), json.dumps(json.dumps({"a": text}))):
        assert PLAIN.cut(whole) != whole
        json.loads(PLAIN.cut(whole))


@pytest.mark.parametrize("sign", ["\t", "\n", "é", "\x01", "😀", "\\", '"'])
@pytest.mark.parametrize(
    "before",
    ["password=", "password: ", "token = ", "pass: ", "password is ", "--password ", "mysql -p", "sshpass -p ", "curl -u bob:", "Authorization: ", "secret access key: "],
)  # fmt: skip
def test_what_json_escapes_before_a_secret_leaves_json(before: str, sign: str) -> None:
    text = json.dumps({"a": f"{before}{sign}hunter2x9zz7q{'a' * 26}"})
    for whole in (text, json.dumps(text)):
        left = json.loads(PLAIN.cut(whole))
        assert whole == text or json.loads(left)


_SIGNS = ["password", "token", ":", "=", '"', "'", "\\", "\n", " ", "://", "@", "a", "9", "-----"]
_PARTS = [*(text for text, _, _ in SECRETS), *INNOCENT, *(kind.mask for kind in KINDS), *_SIGNS]


@given(st.lists(st.sampled_from(_PARTS), max_size=12).map("".join))
def test_cutting_again_changes_nothing_and_leaves_json(text: str) -> None:
    once = PLAIN.cut(text)
    assert PLAIN.cut(once) == once
    json.loads(PLAIN.cut(json.dumps([text, {"password": text}])))


def test_what_hides_nothing_takes_no_longer() -> None:
    began = time.process_time()
    PLAIN.cut("\\u00e9" + "\\" * 200_000)
    assert time.process_time() - began < 1


def test_what_surrounds_a_secret_stays() -> None:
    assert PLAIN.cut("see postgres://bot:pw@db/x, please") == (
        "see postgres://bot:[secret: password]@db/x, please"
    )
    assert PLAIN.cut(f"a\n{PEM}\nb") == "a\n[secret: private key]\nb"
    assert (
        PLAIN.cut('{"password": 12345678, "n": 1}') == '{"password": "[secret: password]", "n": 1}'
    )


def test_known_values_are_cut_out_whatever_they_look_like() -> None:
    known = masks(["plain words", "plain words and more", "short"])
    assert known.cut("say plain words and more, not short") == f"say {OWN}, not short"


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        ("password", "hunter2", True),
        ("apiKey", "letmein", True),
        ("token", "abcdefgh12345678", True),
        ("token", "T-4-0-v2", False),
        ("secret", "STRIPE_LIVE_KEY_2", False),
        ("secret", "STRIPE_LIVE_K3Y9X2", True),
        ("token", "3f2a9c1e5b7d8f604c2e1a9b8d7c6e5f4a3b2c1d", True),
        ("password", "STRIPE_LIVE_KEY_2", True),
        ("next_page_token", "abcdefgh12345678", False),
        ("password", "[secret: password]", False),
        ("password", "two words", False),
        ("password", "null", False),
        ("user", "abcdefgh12345678", False),
    ],
)
def test_in_a_structure_the_name_says_what_a_value_is(name: str, value: str, is_one: bool) -> None:
    assert is_secret(name, value) is is_one


HOSTILE = [
    *(
        "-----BEGIN PRIVATE KEY-----",
        "xoxb-",
        "sk-ant-",
        "sk-a",
        "eyJ",
        "eyJabcdefgh.",
        "AKIA",
        "://a:",
        "://a:@",
    ),
    *(
        "&token=",
        "token=",
        "password=",
        'password="',
        "password: ",
        "secret",
        "authorization: ",
        "bearer a",
        "1Q~",
        "curl -u a:",
        "AKIAIOSFODNN7EXAMPLE ",
        "secret access key ",
        "LS0tLS1CRUdJTiBQUklW",
        "login a password ",
        "| password |",
        "https://a",
        "--token ",
    ),
    *("SG.aaaaaaaaaaaaaaaa.", "hf_", "pwd=(", "a", "\\", "\n", "[secret: password]"),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name + kind.marks[0])
def test_no_text_makes_a_pattern_slow(kind: object) -> None:
    """Twice the text takes about twice the time, be it made of what a pattern begins with; not four times."""
    assert kind in KINDS
    looks = next(each.looks for each in KINDS if each is kind)
    for part in HOSTILE:
        small, large = (
            _seconds(looks.findall, part * (size // len(part) + 1)) for size in (10_000, 80_000)
        )
        assert large < max(small, 0.001) * 20, part


def _seconds(work: object, text: str) -> float:
    """At best of three: other work on the machine is not the pattern's."""
    assert callable(work)
    took: list[float] = []
    for _ in range(3):
        began = time.process_time()
        work(text)
        took.append(time.process_time() - began)
    return min(took)
