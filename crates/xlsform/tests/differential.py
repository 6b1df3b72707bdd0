#!/usr/bin/env python3
"""Compares this crate with pyxform over folders of forms (.md, .xlsx), or forms in a .jsonl file.

    cargo build -p xlsform --example convert_lines
    python tests/differential.py target/debug/examples/convert_lines tests/forms [more folders or files]

Needs `pip install pyxform==4.5.0`. Two answers agree when both refuse the form, or when both give the same canonical
XML. Messages and warnings are compared too, but only counted. With -v the differences are printed.
"""

import difflib
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert


def forms(arguments):
    """Yields (id, request for our side, function that runs pyxform)."""
    for argument in arguments:
        path = Path(argument)
        if path.suffix == ".jsonl":
            for line in path.open(encoding="utf-8"):
                request = json.loads(line)
                yield str(request["id"]), request, lambda request=request: from_sheets(request)
            continue
        files = sorted(f for f in path.rglob("*") if f.suffix in {".md", ".xlsx"}) if path.is_dir() else [path]
        for file in files:
            request = {"id": str(file), "name": "data", "file": str(file)}
            yield str(file), request, lambda file=file: convert(xlsform=file, form_name="data")


def from_sheets(request):
    """Runs pyxform on sheets the way it reads tables of text."""
    book = {"sheet_names": list(request["sheets"])}
    for name, rows in request["sheets"].items():
        header, *rows = rows
        dicts = [{header[i]: cell for i, cell in enumerate(row) if cell not in (None, "")} for row in rows]
        book[name.lower()] = dicts
        book[name.lower() + "_header"] = [{str(h): None for h in header}]
    known = {"survey", "choices", "settings", "external_choices", "osm", "entities"}
    kept = {k: v for k, v in book.items() if k == "sheet_names" or k.removesuffix("_header") in known}
    return convert(xlsform=kept, form_name=request.get("name") or None)


def oracle(run):
    try:
        result = run()
    except PyXFormError as e:
        return None, [], str(e)
    except Exception as e:  # pyxform also refuses by crashing
        return None, [], f"internal {type(e).__name__}: {e}"
    return result.xform, result.warnings, None


def canonical(xml):
    """Canonical XML, with those elements sorted whose order pyxform leaves to chance (the order of a Python set)."""
    if " dg:" in xml and "xmlns:dg=" not in xml:
        # The one thing that we add: the namespace of our own attributes.
        xml = xml.replace("<h:html ", '<h:html xmlns:dg="https://deungdae.org/xforms" ', 1)
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as e:
        return f"not XML: {e}"
    xforms = "{http://www.w3.org/2002/xforms}"
    for text in root.iter(xforms + "text"):
        text[:] = sorted(text, key=lambda value: value.get("form", ""))
    for model in root.iter(xforms + "model"):
        places = [i for i, child in enumerate(model) if child.tag == xforms + "instance"]
        for place, child in zip(places, sorted((model[i] for i in places), key=lambda c: c.get("src", ""))):
            model[place] = child
    return ElementTree.canonicalize(ElementTree.tostring(root, encoding="unicode"))


def main():
    arguments = sys.argv[1:]
    verbose = "-v" in arguments
    binary, *sources = [a for a in arguments if a != "-v"]
    ours = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    count = {"valid": 0, "same": 0, "refused": 0, "both refuse": 0, "same message": 0, "same warnings": 0}
    for id_, request, run in forms(sources):
        xml, warnings, error = oracle(run)
        ours.stdin.write(json.dumps(request) + "\n")
        ours.stdin.flush()
        answer = json.loads(ours.stdout.readline())
        if error is not None:
            count["refused"] += 1
            count["both refuse"] += answer["error"] is not None
            count["same message"] += answer["error"] == error
            if answer["error"] is None:
                print(f"ACCEPTED  {id_}: pyxform says {error}")
            elif verbose and answer["error"] != error:
                print(f"MESSAGE   {id_}\n  pyxform: {error}\n  ours:    {answer['error']}")
            continue
        theirs = canonical(xml)
        if theirs.startswith("not XML"):
            count["broken by pyxform"] = count.get("broken by pyxform", 0) + 1
            continue
        count["valid"] += 1
        if answer["error"] is not None:
            print(f"REFUSED   {id_}: ours says {answer['error']}")
            continue
        count["same warnings"] += warnings == answer["warnings"]
        if verbose and warnings != answer["warnings"]:
            print(f"WARNINGS  {id_}\n  pyxform: {warnings}\n  ours:    {answer['warnings']}")
        mine = canonical(answer["xform"])
        count["same"] += theirs == mine
        if theirs != mine:
            print(f"DIFFERENT {id_}")
            if verbose:
                lines = [x.replace("><", ">\n<").splitlines() for x in (theirs, mine)]
                print("\n".join(list(difflib.unified_diff(*lines, "pyxform", "ours", lineterm="", n=1))[:30]))
    print(count)
    ours.stdin.close()
    return 0 if count["valid"] == count["same"] and count["refused"] == count["both refuse"] else 1


if __name__ == "__main__":
    sys.exit(main())
