#!/usr/bin/env python3
"""Makes encrypted.json: a submission encrypted as the ODK XForms encryption specification says, by other
software than the one under test. Needs the package `cryptography`. Every run draws new keys."""
import base64, hashlib, json, os, pathlib
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
except ImportError:
    from cryptography.hazmat.primitives.ciphers.modes import CFB

FORM, VERSION, INSTANCE = "household", "3", "uuid:5b9cf8d1-106f-4004-844f-c072d76762ed"
private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
b64 = lambda data: base64.b64encode(data).decode()
rsa_encrypt = lambda data: b64(private.public_key().encrypt(data, oaep))
pem = lambda kind: private.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()

xml = (f'<data id="{FORM}" version="{VERSION}"><site>남포</site><photo>a.jpg</photo>'
       f'<meta><instanceID>{INSTANCE}</instanceID></meta></data>').encode()
# Eighteen media files, so that the counter passes the end of the seed; lengths around a block.
media = [(f"{n}.jpg", bytes([n]) * (n + 8)) for n in range(18)]
key = os.urandom(32)
sealed_key = rsa_encrypt(key)
seed = bytearray(hashlib.md5(INSTANCE.encode() + key).digest())
lines, files = [FORM, VERSION, sealed_key, INSTANCE], {}
for counter, (name, content) in enumerate(media + [("submission.xml", xml)]):
    seed[counter % 16] = (seed[counter % 16] + 1) % 256
    lines.append(f"{name}::{hashlib.md5(content).hexdigest()}")
    fill = 16 - len(content) % 16
    encryptor = Cipher(algorithms.AES(key), CFB(bytes(seed))).encryptor()
    files[name + ".enc"] = b64(encryptor.update(content + bytes([fill]) * fill) + encryptor.finalize())
signature = rsa_encrypt(hashlib.md5(("\n".join(lines) + "\n").encode()).digest())
listed = "".join(f"<media><file>{name}.enc</file></media>" for name, _ in media)
envelope = (f'<data xmlns="http://opendatakit.org/submissions" id="{FORM}" encrypted="yes" version="{VERSION}">'
            f"<base64EncryptedKey>{sealed_key}</base64EncryptedKey>"
            f'<meta xmlns="http://openrosa.org/xforms"><instanceID>{INSTANCE}</instanceID></meta>{listed}'
            f"<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
            f"<base64EncryptedElementSignature>{signature}</base64EncryptedElementSignature></data>")
out = {"pkcs1": pem(serialization.PrivateFormat.TraditionalOpenSSL), "pkcs8": pem(serialization.PrivateFormat.PKCS8),
       "envelope": envelope, "files": files, "xml": xml.decode(), "media": {name: b64(data) for name, data in media}}
pathlib.Path(__file__).with_name("encrypted.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
