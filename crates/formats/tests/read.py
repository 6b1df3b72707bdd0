"""Reads a table's files with the programs that analysts use and prints what they see as JSON: read.py FILE..."""

import json
import sys


def statistics(path):
    import pyreadstat

    read = pyreadstat.read_dta if path.endswith(".dta") else pyreadstat.read_sav
    columns, meta = read(path, output_format="dict", user_missing=False)
    return {
        "title": meta.file_label,
        "rows": meta.number_rows,
        "labels": meta.column_names_to_labels,
        "choices": {name: {str(code): label for code, label in labels.items()} for name, labels in meta.variable_value_labels.items()},
        "values": {name: [plain(value) for value in values] for name, values in columns.items()},
    }


def workbook(path):
    import openpyxl
    from openpyxl.utils.escape import unescape

    # Excel writes characters that XML has no place for as _x0001_; openpyxl leaves them so unless told.
    def text(value):
        return unescape(value) if isinstance(value, str) else plain(value)

    book = openpyxl.load_workbook(path)
    return {sheet.title: [[text(cell.value) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def parquet(path):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    return {
        "types": {field.name: str(field.type) for field in table.schema},
        "labels": json.loads(pyarrow.parquet.read_metadata(path).metadata[b"deungdae"]),
        "values": {name: [plain(value) for value in table[name].to_pylist()] for name in table.column_names},
    }


def plain(value):
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return None if value != value else value
    return value.isoformat()


readers = {"dta": statistics, "sav": statistics, "xlsx": workbook, "parquet": parquet}
print(json.dumps({path.rsplit(".")[-1]: readers[path.rsplit(".")[-1]](path) for path in sys.argv[1:]}))
