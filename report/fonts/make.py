"""Cuts a font down to what a report needs, under another name: FONT NAME OUT all|common.

`all` keeps every kanji and hanja, `common` those of JIS level 1: headings need no more.
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

font_path, name, out, kanji = sys.argv[1:]
font = TTFont(font_path)
letters = set(font.getBestCmap())
if kanji == "common":
    level1 = {
        ord(bytes([row + 0xA0, cell + 0xA0]).decode("euc_jp"))
        for row in range(16, 48)
        for cell in range(1, 95)
        if not (row == 47 and cell > 51)
    }
    letters = {c for c in letters if not (0x3400 <= c <= 0x9FFF or 0xF900 <= c <= 0xFAFF) or c in level1}

options = subset.Options()
options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "case", "zero"]
options.hinting = False
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.notdef_outline = True
options.drop_tables += ["DSIG", "BASE", "vhea", "vmtx", "VORG"]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=letters)
subsetter.subset(font)

weight = {400: "Regular", 600: "SemiBold"}[font["OS/2"].usWeightClass]
plain = name.replace(" ", "")
for record in list(font["name"].names):
    text = {
        1: name,
        2: weight,
        3: f"{plain}-{weight}, cut from {font['name'].getDebugName(6)}",
        4: f"{name} {weight}",
        6: f"{plain}-{weight}",
    }.get(record.nameID)
    if text:
        record.string = text
font["name"].names = [r for r in font["name"].names if r.nameID in options.name_IDs and r.langID in (0, 0x409)]
if "CFF " in font:
    cff = font["CFF "].cff
    cff.fontNames = [f"{plain}-{weight}"]
    top = cff.topDictIndex[0]
    for key in ("FullName", "FamilyName"):
        if hasattr(top, key):
            setattr(top, key, f"{name} {weight}" if key == "FullName" else name)
# The file is the same whenever it is made.
font["head"].modified = font["head"].created
font.recalcTimestamp = False
font.flavor = None
font.save(out)
