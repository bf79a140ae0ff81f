"""Croissant metadata: what the bundle's files hold, for tools that load data sets by it.

JSON-LD after the Croissant Format Specification 1.0 (MLCommons). Columns are described with
one level of nesting; what lies deeper is in the Parquet schema.
"""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from review.exports.card.annotation import PROCEDURE
from review.exports.card.citation import authors_of, citation_sentence
from review.exports.card.column_meanings import MEANINGS
from review.exports.card.limits import LIMITATIONS, PERSONAL, PRIMEKG, USES
from review.exports.columns import ColumnType
from review.exports.files import BundleFile
from review.exports.tables import TABLES, ExportTable

MEDIA_TYPES = MappingProxyType(
    {"parquet": "application/x-parquet", "jsonl": "application/jsonlines", "csv": "text/csv"}
)
TYPES = MappingProxyType({str: "sc:Text", int: "sc:Integer", float: "sc:Float", bool: "sc:Boolean"})
CONTEXT = MappingProxyType(
    {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    }
)


def croissant_text(facts: Mapping[str, Any], files: Iterable[BundleFile], description: str) -> str:
    """The metadata of a bundle with these files."""
    files_by_name = {file.name: file for file in files}
    tables = [table for table in TABLES if files_by_name.keys() & set(table.file_names)]
    described = {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "name": facts["release"],
        "description": f"{description} {facts['notice']}",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "license": sorted(facts["rows_by_licence"]),
        "version": "1.0.0",
        "datePublished": facts["made"],
        "url": f"urn:sha256:{facts['sha256']}",
        "citeAs": citation_sentence(facts),
        "isLiveDataset": False,
        "creator": _creators(facts),
        "keywords": ["medical reasoning", "chain of thought", "knowledge graph"],
        "inLanguage": "en",
        **_responsible_ai(facts),
        "distribution": [_file_object(file) for file in files_by_name.values()],
        "recordSet": [
            _record_set(table, split)
            for table in tables
            for split in table.splits
            if table.file_name(table.formats[0], split) in files_by_name
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def _creators(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """A name with a comma is a person's; where nobody was stated, whoever made the release."""
    return [
        {"@type": "sc:Person" if ", " in creator["name"] else "sc:Organization"}
        | {"name": creator["name"]}
        for creator in facts["creators"] or [{"name": authors_of(facts)}]
    ]


def _responsible_ai(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of Croissant's vocabulary for responsible AI that the release can speak to."""
    studies = facts["studies"]
    fields = {
        "rai:dataCollection": f"Questions of {', '.join(sorted(facts['rows_by_source']))}; "
        "chains of thought written from paths of a knowledge graph or imported, see How it was "
        "made in README.md.",
        "rai:dataCollectionType": ["Secondary Data Analysis", "Others"],
        "rai:dataUseCases": list(USES),
        "rai:dataLimitations": [*LIMITATIONS, *(f"PrimeKG: {fault}" for fault in PRIMEKG)],
        "rai:dataBiases": "Traces were left out unevenly by source and type of question: see What "
        "was left out in README.md.",
        "rai:personalSensitiveInformation": f"Raters appear by pseudonym. {PERSONAL}",
        "rai:dataReleaseMaintenancePlan": "A release never changes. A bad one is withdrawn, and "
        "a later one says what differs.",
    }
    if studies:
        fields |= {
            "rai:dataAnnotationProtocol": PROCEDURE,
            "rai:dataAnnotationPlatform": "MedReason Web",
            "rai:annotatorDemographics": [
                f"{study['name']}: {study['raters']} raters" for study in studies
            ],
            "rai:dataAnnotationAnalysis": "Agreement and its intervals: see Quality in README.md.",
        }
    return fields


def _file_object(file: BundleFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "contentUrl": file.name,
        "contentSize": f"{file.size} B",
        "encodingFormat": MEDIA_TYPES[file.name.rpartition(".")[2]],
        "sha256": file.sha256,
    }


def _record_set(table: ExportTable, split: str) -> dict[str, Any]:
    identifier, file = f"{table.name}_{split}", table.file_name(table.formats[0], split)
    fields = (
        _field(f"{identifier}/{name}", name, column, file)
        for name, column in table.columns.items()
        if _is_describable(column)
    )
    return {
        "@type": "cr:RecordSet",
        "@id": identifier,
        "name": identifier,
        "description": f"{table.title}: {split}",
        "field": list(fields),
    }


def _is_describable(column: ColumnType) -> bool:
    """Whether the column has at most one level of nesting, or parts that have."""
    return column.lists < 2 and (column.plain is not None or bool(_flat_parts(column)))


def _flat_parts(column: ColumnType) -> dict[str, ColumnType]:
    return {
        name: part
        for name, part in column.columns.items()
        if part.plain is not None and part.lists + column.lists < 2
    }


def _field(identifier: str, name: str, column: ColumnType, file: str) -> dict[str, Any]:
    field = _field_head(identifier, name, column)
    if column.plain is not None:
        return field | {"dataType": TYPES[column.plain], "source": _source(file, name)}
    parts = [
        _field_head(f"{identifier}/{part}", part, part_type)
        | {
            "dataType": TYPES[part_type.plain or str],
            "source": _source(file, name) | {"transform": {"jsonPath": part}},
        }
        for part, part_type in _flat_parts(column).items()
    ]
    return field | {"subField": parts}


def _field_head(identifier: str, name: str, column: ColumnType) -> dict[str, Any]:
    head = {
        "@type": "cr:Field",
        "@id": identifier,
        "name": identifier,
        "description": MEANINGS.get(name, name),
    }
    return head | ({"repeated": True} if column.lists else {})


def _source(file: str, column: str) -> dict[str, Any]:
    return {"fileObject": {"@id": file}, "extract": {"column": column}}
