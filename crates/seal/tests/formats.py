"""Opens formats.txt with Python's `cryptography`, by the README's "Stored forms" alone.

    python3 formats.py

A second reader: if it and the Rust tests agree, the description is right and what is stored can be read
without this program.
"""
import base64
import hashlib
import struct
import sys
import unicodedata
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

STORED = dict(
    line.split(": ", 1) for line in Path(__file__).with_name("formats.txt").read_text().splitlines()
)


def stored(name):
    return bytes.fromhex(STORED[name])


def place(purpose, table, record, field):
    parts = [part.encode() for part in (purpose, table, record, field)]
    return b"".join(struct.pack("<Q", len(part)) + part for part in parts)


def derive(secret, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha-03, section 2.2."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            mixed = state[z] ^ state[x]
            state[z] = ((mixed << turn) | (mixed >> (32 - turn))) & 0xFFFFFFFF

    for _ in range(10):
        for n in range(4):
            quarter(n, 4 + n, 8 + n, 12 + n)
        for n in range(4):
            quarter(n, 4 + (n + 1) % 4, 8 + (n + 2) % 4, 12 + (n + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def xchacha_open(key, nonce, sealed, associated_data):
    cipher = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    return cipher.decrypt(bytes(4) + nonce[16:], sealed, associated_data)


def box_open(key, sealed, associated_data):
    assert sealed[0] == 1
    return xchacha_open(key, sealed[1:25], sealed[25:], associated_data)


def hpke_open(secret, sealed, info, associated_data):
    """RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305."""
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"

    def extract(suite, salt, label, secret):
        mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
        mac.update(b"HPKE-v1" + suite + label + secret)
        return mac.finalize()

    def expand(suite, key, label, info, size):
        info = struct.pack(">H", size) + b"HPKE-v1" + suite + label + info
        return HKDFExpand(hashes.SHA256(), size, info).derive(key)

    encapsulated, ciphertext = sealed[:32], sealed[32:]
    shared = secret.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    both = encapsulated + secret.public_key().public_bytes_raw()
    shared = expand(kem, extract(kem, b"", b"eae_prk", shared), b"shared_secret", both, 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    key = extract(suite, shared, b"secret", b"")
    nonce = expand(suite, key, b"base_nonce", context, 12)
    return ChaCha20Poly1305(expand(suite, key, b"key", context, 32)).decrypt(nonce, ciphertext, associated_data)


def seal_to_open(secret, sealed, *at):
    assert sealed[0] == 1
    return hpke_open(secret, sealed[1:], b"deungdae seal_to 1", place("seal_to", *at))


def code_read(kind, code):
    number, symbols = 0, code.replace("-", "")
    for symbol in symbols:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(symbol)
    everything = number.to_bytes(len(symbols) * 5 // 8, "big")
    payload, check = everything[:-3], everything[-3:]
    kind = kind.encode()
    assert hashlib.sha256(struct.pack("<Q", len(kind)) + kind + payload).digest()[:3] == check
    return payload


def without_checksum(locked):
    assert hashlib.sha256(locked[:-8]).digest()[:8] == locked[-8:] and locked[0] == 1
    return locked[:-8]


def multiply(a, b):
    """In GF(2^8) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        product ^= a * (b & 1)
        a = (a << 1) ^ (0x11B * (a >> 7))
        b >>= 1
    return product


def combine(shares):
    inverse = {a: b for a in range(1, 256) for b in range(1, 256) if multiply(a, b) == 1}
    secret = bytes(32)
    for number, part in shares:
        weight = 1
        for other, _ in shares:
            if other != number:
                weight = multiply(weight, multiply(other, inverse[other ^ number]))
        secret = bytes(s ^ multiply(weight, byte) for s, byte in zip(secret, part))
    return secret


token = base64.urlsafe_b64decode(STORED["token"])
assert hashlib.sha256(b"deungdae token hash 1" + token).digest() == stored("token hash")
secret = derive(token, b"", b"deungdae device key 1")
private = X25519PrivateKey.from_private_bytes(secret)
assert private.public_key().public_bytes_raw() == stored("public key")

data_key = seal_to_open(private, stored("data key"), "epoch", "1", "data key")
data_key = derive(data_key, b"", b"deungdae next data key 1")
at = ("submission", "uuid:1", "identity key")
record_key = box_open(data_key, stored("record key"), place("record key", *at))
at = ("submission", "uuid:1", "identity")
padded = box_open(record_key, stored("value"), place("value", *at))
assert padded[: struct.unpack("<Q", padded[-8:])[0]].decode() == "리영희, 李泳禧"

sealed = stored("file")
assert sealed[0] == 1
file_key = derive(record_key, sealed[1:33], place("stream", "attachment", "uuid:1", "voice.m4a"))
chunk = xchacha_open(file_key, bytes(19) + struct.pack(">I", 0) + b"\x01", sealed[33:], b"")
assert chunk[4 : 4 + struct.unpack("<I", chunk[:4])[0]] == b"\x5a" * 300

body = without_checksum(stored("locked with password"))
memory, passes, lanes = struct.unpack("<3I", body[1:13])
password = unicodedata.normalize("NFKC", "등대 Path1").encode()
key = Argon2id(salt=body[13:29], length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(password)
assert box_open(key, body[29:], b"deungdae password 1" + body[:29]) == secret

body = without_checksum(stored("locked with code"))
key = derive(code_read("deungdae recovery code 1", STORED["recovery code"]), body[1:17], b"deungdae recovery 1")
assert box_open(key, body[17:], b"deungdae recovery 1") == secret

shares = [code_read("deungdae recovery share 1", STORED[name]) for name in ("share 2", "share 3")]
assert shares[0][:4] == shares[1][:4] and shares[0][3] == 2
assert combine([(share[4], share[5:]) for share in shares]) == secret

sys.stdout.write("format 1: everything opens\n")
