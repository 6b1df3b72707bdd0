"""Writes the seeds of every fuzz target to corpus/, from the forms and vectors of the repository's own tests.

    python3 fuzz/seeds.py
"""
import hashlib
import io
import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(__file__).resolve().parent / "corpus"
TESTS = {crate: ROOT / "crates" / crate / "tests" for crate in ("xlsform", "xforms", "ledger", "seal")}
PARTS = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"]
PARTS += [f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)]


def seed(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    content = content.encode() if isinstance(content, str) else content
    (folder / f"seed-{name}").write_bytes(content)


def cells(line):
    return [cell.strip().replace("\\|", "|") for cell in line.strip().strip("|").split("|")]


def sheets(markdown):
    """The tables of a form in Markdown, as lists of rows."""
    found, name = {}, None
    for line in markdown.splitlines():
        if line.strip().startswith("|"):
            first, *row = cells(line)
            if first:
                name = first
            elif name:
                found.setdefault(name, []).append(row)
    return found


def parts(tables):
    """The XML of a workbook, in the order in which the target puts it into a zip."""
    numbered = list(enumerate(tables.items(), 1))[:3]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in numbered)
    others = (("r8", "sharedStrings"), ("r9", "styles"))
    related = "".join(f'<Relationship Id="r{n}" Type="{kind}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered)
    related += "".join(f'<Relationship Id="{key}" Type="{kind}/{name}" Target="{name}.xml"/>' for key, name in others)
    yield f'<workbook xmlns:r="{kind}"><sheets>{listed}</sheets></workbook>'
    yield f"<Relationships>{related}</Relationships>"
    yield "<sst><si><t>type</t></si><si><r><t>na</t></r><r><t>me</t></r></si></sst>"
    yield '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    for number, (_, table) in numbered:
        xml = "<worksheet><sheetData>"
        for row, line in enumerate(table, 1):
            xml += f'<row r="{row}">'
            for column, cell in enumerate(line):
                place = f'r="{chr(65 + column)}{row}"' if column < 26 else ""
                if cell in ("type", "name") and row == 1:
                    xml += f'<c {place} t="s"><v>{("type", "name").index(cell)}</v></c>'
                elif cell.isdigit():
                    xml += f'<c {place} s="1"><v>{cell}</v></c>'
                elif cell:
                    xml += f'<c {place} t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            xml += "</row>"
        yield xml + "</sheetData></worksheet>"


def answer(form_id, inside):
    return f'<data id="{form_id}" version="3" xmlns:orx="http://openrosa.org/xforms">{inside}</data>'


# Forms: as XLSForm, as rows, as XForm.
for path in sorted([*TESTS["xlsform"].rglob("*.md"), *(ROOT / "protocols").glob("*/forms/*.md")]):
    text = path.read_text()
    seed("markdown", path.stem, text)
    seed("jsonl", path.stem, json.dumps({"id": path.stem, "name": path.stem, "sheets": sheets(text)}, ensure_ascii=False))
    seed("xlsx_parts", path.stem, "\x1c".join(parts(sheets(text))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for part, xml in zip(PARTS, parts(sheets(text))):
            file.writestr(part, xml)
    seed("xlsx", path.stem, packed.getvalue())

# Answers to the form that the targets hold, and the forms themselves.
ENTITY = (
    '<meta><entity dataset="persons" create="1" id="uuid:5c1b7a52-7d3a-4c6e-9a86-1f2b7b9d1d11"><label>리영희</label></entity></meta>'
)
UPDATE = (
    "<orx:meta><orx:instanceID>uuid:1</orx:instanceID><orx:deprecatedID>uuid:0</orx:deprecatedID>"
    '<entity dataset="visits" update="1" baseVersion="2" trunkVersion="1" branchId="5c1b7a52-7d3a-4c6e-9a86-1f2b7b9d1d12" '
    'id="5c1b7a52-7d3a-4c6e-9a86-1f2b7b9d1d13"><label>Nampo</label></entity></orx:meta>'
)
ANSWERS = {
    "short": answer("household", "<site>Nampo</site><meta><instanceID>uuid:1</instanceID></meta>"),
    "long": answer(
        "household",
        "<site>남포</site><town>a</town><foods>rice maize</foods><photo>1.jpg</photo>"
        f"<people><name>Kim</name><sex>f</sex><plots><size>1.5</size></plots><plots/>{ENTITY}</people><people/>{UPDATE}",
    ),
}
for path in sorted(TESTS["xforms"].glob("forms/*.xml")):
    seed("xform", path.stem, path.read_text())
    for name, text in ANSWERS.items():
        seed("form_and_submission", f"{path.stem}-{name}", path.read_text() + "\0" + text)
for name, text in ANSWERS.items():
    seed("submission", name, text)

def part(name, headers, content):
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{headers}\r\n\r\n{content}\r\n'


XML_PART = part("xml_submission_file", '; filename="a.xml"\r\nContent-Type: text/xml', ANSWERS["long"])
PHOTO = part("1.jpg", '; filename="1.jpg"\r\nContent-Type: image/jpeg', "not a picture " * 30)
MARK = part("*isIncomplete*", "", "yes")
for pieces in (0, 1, 100):
    seed("multipart", f"whole-{pieces}", chr(pieces) + XML_PART + PHOTO + MARK + "--x--\r\n")
    seed("multipart", f"cut-{pieces}", chr(pieces) + PHOTO + XML_PART)

vector = json.loads((TESTS["xforms"] / "vectors" / "encrypted.json").read_text())
seed("submission", "encrypted", vector["envelope"])
seed("encrypted_submission", "envelope", "e" + vector["envelope"])
seed("encrypted_submission", "file", b"\x12" + b"sixteen bytes of")

# Stored forms, one of each.
for line in (TESTS["seal"] / "formats.txt").read_text().splitlines():
    name, value = line.split(": ", 1)
    try:
        content = bytes.fromhex(value)
    except ValueError:
        content = value.encode()
    for choice in "vlt":
        seed("sealed", f"{choice}-{name.replace(' ', '-')}", choice.encode() + content)
seed("sealed", "value", b"V\0\x30\x01" + "리영희".encode())
seed("sealed", "stream", b"s\0\x30\x01\xff\x20" + "증언 ".encode() * 20)

DRAW_KEYS = {"authority": "22" * 32, "monitor": "11" * 32, "auditor": "33" * 32}
DESIGN = {
    "parties": {role: {"role": role, "key": key} for role, key in DRAW_KEYS.items()},
    "frame": "roster", "stage": "worker", "scheme": "stratified-srs", "suite": "ecvrf", "n": 8, "strata": ["sex"],
    "replacement": "next", "dispositions": {"interviewed": "done"}, "reveal_deadline": 1795392000,
}
BODIES = {
    "design": DESIGN,
    "commit": {"commitment": "00" * 32},
    "announce": {"announce": "00" * 32, "chain_hash": "", "commitments": {"monitor": "00" * 32}, "design": "00" * 32,
                 "key": "00" * 32, "roster_root": "00" * 32, "roster_size": 9, "round": 0, "suite": "ecvrf"},
}
DRAW_MESSAGES = {
    f"{kind}.json": {"at": 1, "body": body, "draw": "site/2026/1", "kind": kind, "party": "monitor", "signatures": {"monitor": "00" * 64}}
    for kind, body in BODIES.items()
}
spread = lambda value: json.dumps(value, indent=2, sort_keys=True) + "\n"
for name, message in DRAW_MESSAGES.items():
    seed("draw_files", name, spread(message))
seed("draw_files", "bundle", spread({"messages": DRAW_MESSAGES, "protocol": "deungdae-draw/v1"}))
seed("draw_files", "slip", f'deungdae-slip/1 site/2026/1 3 {"00" * 32} {"A" * 43}= {{"no":"W1"}}')
UNIT = json.dumps({"proof": "00" * 80, "record": {"no": "W1"}, "salt": "00" * 32}, separators=(",", ":"))
seed("draw_files", "opening", '{"draw":"site/2026/1","kind":"opening","units":1}\n' + UNIT + "\n")

vectors = json.loads((TESTS["ledger"] / "vectors" / "tlog_vectors.json").read_text())
for number, note in enumerate(vectors["notes"]):
    seed("ledger_text", f"note-{number}", note["note"])
    seed("ledger_text", f"key-{number}", note["vkey"])
ROOT_HASH = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
CHECKPOINT = f"ledger.example.org/north\n517\n{ROOT_HASH}\n"
SIGNED = f"{CHECKPOINT}\n— ledger.example.org/north x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
seed("ledger_text", "checkpoint", CHECKPOINT)
seed("ledger_text", "signed", SIGNED)
seed("ledger_text", "proof", f"c2sp.org/tlog-proof@v1\nindex 1\n{ROOT_HASH}\n{ROOT_HASH}\n\n{SIGNED}")
seed("ledger_text", "entry", json.dumps({"at": 1795392000, "commitment": "00" * 32, "kind": "submission", "v": 1}, separators=(",", ":")))
seed("ledger_text", "tile", "tile/0/x001/234.p/5")
seed("ledger_text", "bundle", b"\0\x01a\0\x02bc\0\x00")
for what in range(6):
    seed("ledger_export", f"change-{what}", bytes([what, 1, 0, 9, 1]))
seed("ledger_export", "other", b"\x02\0\0\x01\0tile/0/002.p/4")

# What an authenticator answers when it makes a passkey: P-256, whose key may be the base point; no attestation.
POINT = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
COSE_KEY = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20%b\x22\x58\x20%b" % tuple(part.to_bytes(32, "big") for part in POINT)
HOST = hashlib.sha256(b"monitor.example.org").digest()
DATA = HOST + b"\x41" + bytes(4) + bytes(16) + b"\0\x02id" + COSE_KEY
seed("passkey", "made", b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(DATA)]) + DATA)
seed("passkey", "used", HOST + b"\x01" + bytes(4) + COSE_KEY[: len(HOST) + 5])
# A roster, a gate list with semicolons, a payroll with a person twice.
seed("frame_list", "roster", "badge,name,stratum\nB1,Kim,a\nB2,\"Ri, Jr\",\n")
seed("frame_list", "gate", "\ufeffname;badge\n김철수;B1\n리영희;B2\n")
seed("frame_list", "payroll", "badge\tname\nB1\tKim\nB1\tKim\n")

# Published tables and their description.
seed("tables", "counts", "unit,answer,count\nsewing,yes,x\nsewing,no,20\nsewing,total,32\ntotal,total,152\n")
seed("tables", "shares", "unit,answer,count,percent,n,note\nsewing,yes,,40,35,\ncutting,yes,10-14,,,\ncutting,total,21,,,\n")

# A bag: what, file, where, value; then content that a publisher entered in the ledger.
for what in range(6):
    seed("bag", f"change-{what}", bytes([what, 3, 0, 9, 1]))
for path, content in enumerate(("{}", "unit,answer,count\nsewing,yes,x\n", '{"messages":{},"protocol":"deungdae-draw/v1"}')):
    seed("bag", f"content-{path}", bytes([6, path, 0, 0, 0]) + content.encode())
