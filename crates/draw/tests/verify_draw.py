"""Verifies draws of protocol deungdae-draw/v1, written from the protocol's description and not from the Rust.

    python3 verify_draw.py FOLDER...

Each folder holds `public/` (the messages) and `opened/` (what the monitor opens to the auditor). One line of JSON
answers each: {"folder": …, "passed": …, "lie": …}. Needs the standard library and `cryptography` (Ed25519 only).
ECVRF (RFC 9381, suite 3) is here in plain integers. The BLS signature of drand is not checked: that needs pairings.
"""
import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Lie(Exception):
    pass


def must(condition, sentence):
    if not condition:
        raise Lie(sentence)


# --- encodings ---------------------------------------------------------------------------------------------------
def u64(number):
    return number.to_bytes(8, "big")


def H(tag, *parts):
    digest = hashlib.sha256(b"deungdae-draw/v1\0" + tag.encode() + b"\0")
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        digest.update(u64(len(part)) + part)
    return digest.digest()


def utf16_sorted(value):
    if isinstance(value, dict):
        return {key: utf16_sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [utf16_sorted(item) for item in value]
    must(isinstance(value, (str, int)) and not isinstance(value, bool), f"{value!r} is neither text nor whole number")
    return value


def jcs(value):
    return json.dumps(utf16_sorted(value), separators=(",", ":"), ensure_ascii=False)


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def merkle(leaves):
    level = list(leaves)
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        paired = [hashlib.sha256(b"\1" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2:]
    return level[0]


# --- ECVRF-EDWARDS25519-SHA512-TAI, RFC 9381 ---------------------------------------------------------------------
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    aa, bb = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    cc, dd = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = bb - aa, dd - cc, dd + cc, bb + aa
    return e * f % P, g * h % P, f * g % P, e * h % P


ZERO = (0, 1, 1, 0)


def times(scalar, point):
    result = ZERO
    for bit in bin(scalar)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def negative(point):
    return -point[0] % P, point[1], point[2], -point[3] % P


def to_string(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def to_point(string):
    y = int.from_bytes(string, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if x * x % P != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = to_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_zero(point):
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def hash_to_curve(key, alpha):
    for counter in range(256):
        string = hashlib.sha512(b"\3\1" + key + alpha + bytes([counter, 0])).digest()[:32]
        point = to_point(string)
        if point:
            point = times(8, point)
            if not is_zero(point):
                return point
    raise Lie("no point for a ticket")


def ecvrf(key, alpha, proof):
    """beta, or None where the proof proves nothing."""
    public = to_point(key)
    if public is None or is_zero(times(8, public)) or len(proof) != 80:
        return None
    gamma, c, s = to_point(proof[:32]), int.from_bytes(proof[32:48], "little"), int.from_bytes(proof[48:], "little")
    if gamma is None or s >= Q:
        return None
    point = hash_to_curve(key, alpha)
    u = add(times(s, BASE), negative(times(c, public)))
    v = add(times(s, point), negative(times(c, gamma)))
    string = b"".join(to_string(item) for item in (public, point, gamma, u, v))
    if hashlib.sha512(b"\3\2" + string + b"\0").digest()[:16] != proof[32:48]:
        return None
    return hashlib.sha512(b"\3\3" + to_string(times(8, gamma)) + b"\0").digest()


# --- selection ---------------------------------------------------------------------------------------------------
def uniform(seed, below):
    counter = 0
    while True:
        number = int.from_bytes(H("uniform", seed, counter.to_bytes(4, "big"))[:8], "big")
        if number < 2**64 // below * below:
            return number % below
        counter += 1


def shares(n, sizes):
    total = sum(sizes)
    given = [n * size // total for size in sizes]
    rest = sorted(range(len(sizes)), key=lambda at: (-(n * sizes[at] % total), at))
    for at in rest[: n - sum(given)]:
        given[at] += 1
    return given


def allocate(n, sizes, minimum):
    n = min(n, sum(sizes))
    fixed = [False] * len(sizes)
    while True:
        left = n - sum(min(size, minimum) for size, is_fixed in zip(sizes, fixed) if is_fixed)
        open_sizes = [0 if is_fixed else size for size, is_fixed in zip(sizes, fixed)]
        given = shares(left, open_sizes) if sum(open_sizes) else [0] * len(sizes)
        given = [min(size, minimum) if is_fixed else n_h for n_h, size, is_fixed in zip(given, sizes, fixed)]
        low = [at for at, n_h in enumerate(given) if n_h < min(sizes[at], minimum)]
        if not low:
            return given
        for at in low:
            fixed[at] = True


def pps(sizes, n, seed):
    """Positions taken, certainty first, then in order."""
    m, rest, certain = min(n, len(sizes)), list(range(len(sizes))), []
    while m:
        total = sum(sizes[at] for at in rest)
        large = [at for at in rest if m * sizes[at] >= total]
        if not large:
            break
        certain, m, rest = certain + large, m - len(large), [at for at in rest if at not in large]
    if not m:
        return certain
    total = sum(sizes[at] for at in rest)
    start, cumulated, taken = uniform(seed, total), 0, []
    for at in rest:
        low, high = m * cumulated, m * (cumulated + sizes[at])
        cumulated += sizes[at]
        taken += [at for k in range(m) if low <= start + k * total < high]
    return certain + taken


# --- the draw ----------------------------------------------------------------------------------------------------
class Folder:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.draw, self.parties = None, {}

    def message(self, name, kind, party):
        path = self.folder / "public" / name
        must(path.is_file(), f"{name} is missing")
        text = path.read_bytes().decode()
        value = json.loads(text)
        must(json.dumps(utf16_sorted(value), indent=2, ensure_ascii=False) + "\n" == text, f"{name} is spelled otherwise")
        must(set(value) == {"at", "body", "draw", "kind", "party", "signatures"}, f"{name} has other fields")
        if self.draw is None:
            self.draw = value["draw"]
            self.parties = value["body"]["parties"]
            party = next(name for name, who in self.parties.items() if who["role"] == "monitor")
        must((value["kind"], value["draw"], value["party"]) == (kind, self.draw, party), f"{name} is another message")
        value["hash"] = H("message", jcs({key: value[key] for key in ("at", "body", "draw", "kind", "party")}))
        self.signed(name, value, party)
        return value

    def signed(self, name, message, party):
        must(party in message["signatures"], f"{name} is not signed by {party}")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.parties[party]["key"]))
        try:
            key.verify(bytes.fromhex(message["signatures"][party]), message["hash"])
        except InvalidSignature:
            raise Lie(f"{name}: the signature of {party} does not fit") from None

    def who(self, *roles):
        return sorted(name for name, party in self.parties.items() if party["role"] in roles)

    def verify(self):
        design_message = self.message("design.json", "design", None)
        design, draw = design_message["body"], self.draw
        (monitor,), (auditor,) = self.who("monitor"), self.who("auditor")
        contributors = self.who("monitor", "authority")
        seq = int(draw.rsplit("/", 1)[1])
        must([earlier["seq"] for earlier in design.get("earlier", [])] == list(range(1, seq)), "a gap in the sequence")
        d = H("design", draw, jcs(design))

        roster = self.message("roster-commitment.json", "roster", monitor)
        for employer in self.who("employer"):
            self.signed("roster-commitment.json", roster, employer)
        root, size = bytes.fromhex(roster["body"]["root"]), roster["body"]["size"]
        key_message = self.message("key.json", "key", monitor)
        suite, key = key_message["body"]["suite"], bytes.fromhex(key_message["body"]["key"])
        must(suite == design["suite"], "key.json: another suite")
        commits = {party: bytes.fromhex(self.message(f"commit-{party}.json", "commit", party)["body"]["commitment"]) for party in contributors}
        must(len(set(commits.values())) == len(commits), "a commitment was copied")

        announce = self.message("announce.json", "announce", monitor)
        said = announce["body"]
        for party in contributors:
            self.signed("announce.json", announce, party)
        must(
            (said["design"], said["roster_root"], said["roster_size"], said["suite"], said["key"])
            == (d.hex(), root.hex(), size, suite, key.hex())
            and said["commitments"] == {party: value.hex() for party, value in commits.items()},
            "announce.json announces other things than were agreed",
        )
        flat = [part for party in contributors for part in (party, commits[party])]
        an = H("announce", draw, d, root, u64(size), suite, key, *flat, bytes.fromhex(said["chain_hash"]), u64(said["round"]))
        must(an.hex() == said["announce"], "announce.json: its hash does not follow")
        deadline = design["reveal_deadline"]
        must(announce["at"] < deadline, "announce.json: after the deadline")
        if said["chain_hash"]:
            genesis, period = {
                "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": (1692803367, 3),
                "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce": (1595431050, 30),
            }[said["chain_hash"]]
            must(genesis + (said["round"] - 1) * period >= deadline + 3600, "announce.json: the round is too early")

        reveals, monitors = {}, None
        for party in [monitor] + [party for party in contributors if party != monitor]:
            reveals[party] = b""
            if (self.folder / "public" / f"reveal-{party}.json").is_file():
                reveal = self.message(f"reveal-{party}.json", "reveal", party)
                random = bytes.fromhex(reveal["body"]["random"])
                must(reveal["body"]["announce"] == an.hex(), f"reveal-{party}.json: another announcement")
                must(len(random) == 32 and H("commit", draw, party, random) == commits[party], f"reveal-{party}.json: another value than committed")
                must(reveal["at"] >= announce["at"], f"reveal-{party}.json: before the announcement")
                if party == monitor:
                    monitors = reveal["hash"].hex()
                else:
                    must(reveal["body"].get("after") == monitors, f"reveal-{party}.json: not after the monitor")
                if reveal["at"] <= deadline:
                    reveals[party] = random
        beacon = self.message("beacon.json", "beacon", monitor)
        body = beacon["body"]
        must(body["announce"] == an.hex(), "beacon.json: another announcement")
        must(body["reveals"] == {party: value.hex() for party, value in reveals.items()}, "beacon.json: other reveals")
        must(body["defaults"] == [party for party in contributors if not reveals[party]], "beacon.json: other defaults")
        if said["chain_hash"]:
            must(not body["dice"] and body["signature"], "beacon.json: dice instead of the round")
        else:
            must(body["dice"].isdigit() and len(body["dice"]) >= 20 and not body["signature"], "beacon.json: no dice")
            for party in contributors:
                if reveals[party]:
                    self.signed("beacon.json", beacon, party)
        randomness = hashlib.sha256(bytes.fromhex(body["signature"])).digest()
        flat = [part for party in contributors for part in (party, reveals[party])]
        seed = H("seed", an, *flat, randomness, body["dice"])
        must(seed.hex() == body["seed"], "beacon.json: the seed does not follow")

        sealed = self.message("sealed.json", "sealed", monitor)["body"]
        must((sealed["announce"], sealed["seed"], sealed["size"]) == (an.hex(), seed.hex(), size), "sealed.json: another draw")
        calls = self.message("call-list.json", "call-list", monitor)["body"]
        must(calls["sealed_root"] == sealed["sealed_root"], "call-list.json: another result")
        field = self.message("field.json", "field", monitor)["body"]
        head = bytes.fromhex(calls["commitment"])
        must(field["call_list"] == head.hex(), "field.json: another call list")
        for entry in field["entries"]:
            head = H("field-head", head, bytes.fromhex(entry))
        must(field["head"] == head.hex(), "field.json: its head does not follow")

        selected = self.opened(design, root, size, suite, key, seed, sealed, monitor)
        counts = self.opened_field(design, selected, sealed, calls, field)
        audit = self.message("audit.json", "audit", auditor)["body"]
        must((audit["sealed_root"], audit["field_head"]) == (sealed["sealed_root"], head.hex()), "audit.json: another result")
        must(audit["responses"] == counts, "audit.json: other counts")
        close = self.message("close.json", "close", monitor)["body"]
        must(close["responses"] == counts, "close.json: other counts")

    def opened(self, design, root, size, suite, key, seed, sealed, monitor):
        lines = (self.folder / "opened" / "opening.jsonl").read_text().splitlines()
        heading, units = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
        must(heading["draw"] == self.draw and len(units) == size, "opening: another draw or size")
        number = lambda unit: str(unit["record"][design.get("number", "no")])
        numbers = [number(unit) for unit in units]
        must(all(a.encode() < b.encode() for a, b in zip(numbers, numbers[1:])), "opening: not in order, or twice")
        leaves = [
            leaf_hash(H("roster-leaf", self.draw, u64(i), bytes.fromhex(unit["salt"]), jcs(unit["record"])))
            for i, unit in enumerate(units)
        ]
        must(merkle(leaves) == root, "opening: another roster than was frozen")
        opened_key = bytes.fromhex(heading.get("key", ""))
        if suite == "hmac-commit":
            must(H("key-commit", self.draw, opened_key) == key, "opening: another key than was committed")

        def output(alpha, proof, what):
            if suite == "hmac-commit":
                return hmac.new(opened_key, alpha, "sha512").digest()
            beta = ecvrf(key, alpha, bytes.fromhex(proof))
            must(beta is not None, f"opening: the proof of {what} does not hold")
            return beta

        groups = {}
        for i, unit in enumerate(units):
            columns = design.get("strata", [])
            stratum = "/".join(str(unit["record"][column]) for column in columns) or "all"
            beta = output(H("ticket", seed, stratum, u64(i), leaves[i]), unit["proof"], numbers[i])
            groups.setdefault(stratum, []).append((beta, i))
        names = sorted(groups, key=str.encode)
        orders = {name: sorted(groups[name]) for name in names}
        sizes = [len(orders[name]) for name in names]
        scheme, taken = design["scheme"], {}
        secret_start = design.get("result", "secret") == "secret"
        if scheme in ("pps-systematic", "systematic"):
            start_seed = output(H("start", seed, design["stage"]), heading.get("start", ""), "the start") if secret_start else seed
        for name, n_h in zip(names, allocate(design["n"], sizes, design.get("min_per_stratum", 0)) if "srs" in scheme else [0]):
            order = orders[name]
            if "srs" in scheme:
                taken[name] = list(range(n_h))
            elif scheme == "pps-systematic":
                taken[name] = pps([int(units[i]["record"][design["size"]]) for _, i in order], design["n"], start_seed)
            else:
                start = uniform(start_seed, design["every"])
                picked = [at for at, (_, i) in enumerate(order) if i % design["every"] == start]
                taken[name] = sorted(picked, key=lambda at: order[at][1])
            rest = [at for at in range(len(order)) if at not in set(taken[name])]
            orders[name] = [order[at] for at in taken[name] + rest]
        reserve = shares(min(design.get("reserve", 0), size), sizes)
        expected = {name: (len(taken[name]), min(r, len(orders[name]) - len(taken[name])), len(orders[name])) for name, r in zip(names, reserve)}
        stated = {name: (facts["n"], facts["reserve"], facts["size"]) for name, facts in sealed["strata"].items()}
        must(expected == stated, "sealed.json: other counts")
        sealed_leaves = [
            leaf_hash(H("sealed", name, u64(rank), u64(i), beta)) for name in names for rank, (beta, i) in enumerate(orders[name])
        ]
        must(merkle(sealed_leaves).hex() == sealed["sealed_root"], "sealed.json: another order than the proofs give")
        return [numbers[i] for name in names for _, i in orders[name][: len(taken[name])]]

    def opened_field(self, design, selected, sealed, calls, field):
        opened = json.loads((self.folder / "opened" / "call-list.json").read_text())
        salt, listed = bytes.fromhex(opened["salt"]), opened["list"]
        must(H("call-list", self.draw, salt, jcs(listed)).hex() == calls["commitment"], "call list: another than committed")
        numbers = [line["number"] for line in listed]
        must(len(set(numbers)) == len(numbers), "call list: somebody twice")
        must(sorted(line["number"] for line in listed if line["why"] == "drawn") == sorted(selected), "call list: others than were drawn")
        must(sum(line["why"] != "drawn" for line in listed) <= design.get("k_max", 0), "call list: too many others")
        must(numbers == sorted(numbers, key=lambda number: H("call-order", salt, number)), "call list: another order")
        attempts = json.loads((self.folder / "opened" / "attempts.json").read_text())["attempts"]
        must(len(attempts) == len(field["entries"]), "field log: not all opened")
        ended, used, vacated, counts = set(), {}, {}, {}
        for seq, (attempt, committed) in enumerate(zip(attempts, field["entries"]), 1):
            facts = {key: attempt[key] for key in ("at", "code", "rank", "stratum")} | {"seq": seq}
            must(H("field", self.draw, u64(seq), bytes.fromhex(attempt["salt"]), jcs(facts)).hex() == committed, "field log: another entry than committed")
            must(attempt["code"] in design["dispositions"], "field log: an unknown code")
            unit, stratum = (attempt["stratum"], attempt["rank"]), attempt["stratum"]
            must(unit not in ended, "field log: a final code was changed")
            ends = design["dispositions"][attempt["code"]]
            if stratum:
                facts = sealed["strata"].get(stratum)
                must(facts and attempt["rank"] < facts["n"] + facts["reserve"], "field log: beyond the reserve")
                place = attempt["rank"] - facts["n"]
                if place >= 0:
                    must(place < used.get(stratum, 0) or (place == used.get(stratum, 0) < vacated.get(stratum, 0)), "field log: a reserve was opened too early")
                    used[stratum] = max(used.get(stratum, 0), place + 1)
                if ends != "again":
                    counts[attempt["code"]] = counts.get(attempt["code"], 0) + 1
                if ends == "replace":
                    vacated[stratum] = vacated.get(stratum, 0) + 1
            else:
                must(attempt["rank"] < len(numbers), "field log: not on the call list")
            if ends != "again":
                ended.add(unit)
        return counts


def main(folders):
    for folder in folders:
        try:
            Folder(folder).verify()
            answer = {"folder": folder, "passed": True, "lie": ""}
        except Lie as lie:
            answer = {"folder": folder, "passed": False, "lie": str(lie)}
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            answer = {"folder": folder, "passed": False, "lie": f"not of the right form: {error!r}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
